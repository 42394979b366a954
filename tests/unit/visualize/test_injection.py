"""Hostile text in every place where a spec can hold text stays text in every format."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from fractalgen.errors import SpecError
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.tree import dump
from fractalgen.visualize import FORMATS, Look, compare, figure
from fractalgen.visualize.render_mermaid import mermaid

MARK = "<script>alert('x')</script> & \"quotes\" ]]> --> \\N ünïcode 網絡 \u202e"
NASTY = MARK + "long" * 125
MARKUP_FORMATS = ["html", "mmd", "svg"]


@pytest.fixture(scope="module")
def graph():
    """A network that holds the text wherever the language takes any text: its name, taps, shares."""
    body = {"sequence": [{"tap": {"name": NASTY, "of": {"conv": {"out": 4, "share": NASTY}}}}, "relu"]}
    return expand(load_text(dump({"name": NASTY, "network": {"input": [3, 8, 8], "body": body}})))


@pytest.mark.parametrize(
    "spec",
    [
        {"rules": {NASTY: {"body": "conv"}}, "network": {"input": [3, 8, 8], "body": NASTY}},
        {"network": {"input": [3, 8, 8], "body": {NASTY: {}}}},
    ],
    ids=["rule", "expression"],
)
def test_names_of_rules_are_words_or_an_error(spec):
    with pytest.raises(SpecError):
        expand(load_text(dump(spec)))


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)


@pytest.mark.parametrize("name", ["svg", "html"])
def test_markup_stays_text(graph, name):
    text = FORMATS.get(name)(figure(graph)).decode()
    assert "script" not in Tags(text).found
    assert "&lt;script&gt;" in text


def test_an_svg_of_it_is_well_formed_and_its_title_is_the_text(graph):
    root = ElementTree.fromstring(FORMATS.get("svg")(figure(graph)).decode())  # noqa: S314 - written here
    assert root[0].text == NASTY


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz's dot is not installed")
def test_graphviz_reads_as_many_boxes_as_were_written(graph):
    picture = figure(graph)
    text = FORMATS.get("dot")(picture)
    done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, check=True)
    assert done.stdout.decode().count("\nnode ") == len(re.findall(rb"^\tn\d+ \[", text, re.MULTILINE))
    assert b"Warning" not in done.stderr


def test_mermaid_holds_no_character_that_means_something(graph):
    text = mermaid(figure(graph))
    assert "<script" not in text
    for string in re.findall(r'"([^"]*)"', text):
        assert not set(string.replace("<br/>", "")) & set("<>&'`[]{}|\\")


@pytest.mark.parametrize("name", MARKUP_FORMATS)
def test_two_hostile_networks_side_by_side_and_every_look_are_drawn(graph, name):
    render = FORMATS.get(name)
    for picture in (compare(graph, graph), figure(graph, Look(level="rules")), figure(graph, Look(colour="macs"))):
        assert b"<script>alert" not in render(picture)
