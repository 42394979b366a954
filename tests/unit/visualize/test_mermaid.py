"""Mermaid text."""

from __future__ import annotations

import re

from fractalgen.visualize import figure
from fractalgen.visualize.render_mermaid import mermaid, quoted


def test_every_box_and_arrow_is_written_once(fractal):
    picture = figure(fractal(3, 2))
    text = mermaid(picture)
    assert sorted(int(n) for n in re.findall(r"^\s+n(\d+)[(]", text, re.MULTILINE)) == list(range(len(picture.boxes)))
    arrows = re.findall(r"n(\d+) --> n(\d+)", text)
    assert arrows == [(str(a.link.source), str(a.link.target)) for a in picture.arrows]


def test_blocks_are_subgraphs_that_end(fractal):
    text = mermaid(figure(fractal(2, 3)))
    assert re.findall(r'subgraph b\d+\["(\w+?)"\]', text.replace("#95;", "_")) == ["fractal", "fractal_2", "fractal_3"]
    assert text.count("\n  end\n") == 3


def test_every_class_is_defined(fractal):
    text = mermaid(figure(fractal(2)))
    assert set(re.findall(r":::(\w+)", text)) == set(re.findall(r"classDef (\w+)", text))


def test_text_cannot_leave_its_string():
    assert quoted('a"]; click n0 "javascript:alert(1)" <script> \n 網絡') == (
        "a#34;#93;#59; click n0 #34;javascript:alert(1)#34; #60;script#62; 網絡"
    )
