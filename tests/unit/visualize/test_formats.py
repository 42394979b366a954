from __future__ import annotations

import shutil
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from fractalgen.errors import ExportError, MissingDependencyError, UnknownNameError
from fractalgen.ir.graph import Graph, Input, Node, Scope
from fractalgen.ir.ops.conv import Conv
from fractalgen.ir.ops.relu import Relu
from fractalgen.visualize import FORMATS, draw, figure, svg

NASTY = "<script>alert('x')</script> & \"quotes\" \\N ünïcode 網絡 " + "long" * 120
needs_graphviz = pytest.mark.skipif(shutil.which("neato") is None, reason="graphviz's neato is not installed")


@pytest.fixture
def nasty():
    """A network whose every name is hostile."""
    scope = Scope(NASTY)
    nodes = (
        Node(Input(), name=NASTY),
        Node(Conv(out=4), (0,), name=NASTY, scope=scope),
        Node(Conv(out=4), (1,), name=NASTY + "2", scope=scope),
        Node(Relu(), (2,), name=NASTY + "3", scope=Scope(NASTY + "4", scope)),
    )
    return Graph(nodes, (3,), name=NASTY)


def parse(text):
    return ElementTree.fromstring(text)  # noqa: S314 - written here


def test_an_svg_is_well_formed_and_scales(fractal):
    root = parse(svg(figure(fractal(3))))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_an_svg_has_colours_for_dark_pages_and_for_readers_without_style_sheets(fractal):
    text = svg(figure(fractal(2)))
    assert "prefers-color-scheme: dark" in text
    rects = [e for e in parse(text).iter() if e.tag.endswith("rect")]
    assert all(rect.get("fill") for rect in rects)


def test_text_of_a_spec_stays_text_in_an_svg(nasty):
    root = parse(svg(figure(nasty)))
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert root[0].text == NASTY


def test_text_that_does_not_fit_is_cut_in_its_box_and_whole_in_its_hover(nasty):
    root = parse(svg(figure(nasty)))
    texts = [element.text for element in root.iter() if element.tag.endswith("}text")]
    assert max(map(len, texts)) < 120
    assert any("…" in text for text in texts)


def test_text_of_a_spec_stays_text_on_a_page(nasty, tmp_path):
    page = draw(nasty, tmp_path / "net.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_characters_that_xml_forbids_are_replaced(drawn):
    text = svg(figure(replace(drawn("{conv: {out: 4}}", "plain"), name="bell \x07 end")))
    parse(text)
    assert "bell \N{REPLACEMENT CHARACTER} end" in text


def test_a_dot_file_pins_every_box(fractal, tmp_path):
    graph = fractal(3)
    text = draw(graph, tmp_path / "net.dot").read_text(encoding="utf-8")
    assert text.count("!") >= len(figure(graph).boxes)
    assert text.count("->") == len(figure(graph).arrows)


@needs_graphviz
def test_a_dot_file_of_hostile_text_can_be_read_by_graphviz(nasty, tmp_path):
    assert draw(nasty, tmp_path / "net.pdf").read_bytes().startswith(b"%PDF")


@needs_graphviz
def test_a_png_has_two_pixels_a_point(fractal, tmp_path):
    from PIL import Image

    graph = fractal(2)
    with Image.open(draw(graph, tmp_path / "net.png")) as image:
        assert image.width == pytest.approx(2 * figure(graph).width, abs=4)
        assert image.height == pytest.approx(2 * figure(graph).height, abs=4)


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_a_picture_that_needs_a_missing_program_says_how_to_install_it(fractal, tmp_path, monkeypatch, ending):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingDependencyError, match="apt-get install graphviz"):
        draw(fractal(2), tmp_path / f"net.{ending}")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_names_the_known_ones(fractal, tmp_path):
    with pytest.raises(UnknownNameError, match=r"unknown format 'bmp'\. Known: dot, html, mmd, pdf, png, svg"):
        draw(fractal(1), tmp_path / "net.bmp")


def test_a_file_without_an_ending_is_an_error(fractal, tmp_path):
    with pytest.raises(ExportError, match="does not say which format it is"):
        draw(fractal(1), tmp_path / "net")


def test_a_file_that_cannot_be_written_is_an_error(fractal, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        draw(fractal(1), tmp_path / "file" / "net.svg")


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in {"png", "pdf"}])
def test_a_format_without_a_program_gives_the_same_bytes_each_time(fractal, name):
    render = FORMATS.get(name)
    assert render(figure(fractal(3))) == render(figure(fractal(3)))


def test_a_figure_shows_itself_in_a_notebook(fractal):
    picture = figure(fractal(2))
    assert picture._repr_svg_() == svg(picture)
