"""Drop-path in pictures: the patterns are those of training, what is dropped fades, and several take turns."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.passes import live_nodes as nodes_of_column
from fractalgen.spec import DropPath
from fractalgen.visualize import KINDS, Look, draw_batches, figure, svg
from fractalgen.visualize.drop_path import Batch, live_nodes, share_of_macs
from fractalgen.visualize.render_dot import dot
from fractalgen.visualize.render_html import html
from fractalgen.visualize.render_mermaid import mermaid

RATES = {
    "local": DropPath(rate=0.3),
    "global": DropPath(**{"global": 1.0}),
    "mixed": DropPath(rate=0.3, **{"global": 0.5}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [0, 3, 2**31])
def test_patterns_are_those_that_training_draws_from_the_same_seed(fractal, kind, seed):
    graph = fractal(4, 2)
    sampler = DropPathSampler(graph, RATES[kind], seed)
    for batch in draw_batches(graph, RATES[kind], kind, seed, 20):
        drawn = sampler.sample()
        assert (batch.mode, batch.kept) == (drawn.mode, dict(drawn.pattern))


def test_rates_of_the_paper_stand_in_for_none(fractal):
    graph = fractal(3)
    assert draw_batches(graph, DropPath(), "mixed", 1, 9) == draw_batches(
        graph, DropPath(rate=0.15, **{"global": 0.5}), "mixed", 1, 9
    )


def test_a_global_mini_batch_runs_one_column(fractal):
    graph = fractal(3)
    (batch,) = draw_batches(graph, DropPath(), "global", 0, 1)
    assert live_nodes(graph, batch) == set(nodes_of_column(graph, int(batch.mode.split()[1])))


def column_batch(graph, column):
    return next(b for b in draw_batches(graph, DropPath(), "global", 0, 50) if b.mode == f"column {column}")


def test_what_no_output_needs_fades(fractal):
    graph = fractal(3)
    batch = column_batch(graph, 1)
    picture = figure(graph, Look(batches=(batch,)))
    shown = [box for number, box in enumerate(picture.boxes) if number not in picture.frames[0].boxes]
    assert sum(box.cell.family == "conv" for box in shown) == 1
    into_last_join = [a for a in picture.arrows if picture.boxes[a.link.target].columns == (0, 3) and a.link.edges]
    faded = [number in picture.frames[0].arrows for number, a in enumerate(picture.arrows) if a in into_last_join]
    assert faded.count(False) >= 1


def test_an_arrow_into_a_join_fades_where_the_join_drops_it(fractal):
    graph = fractal(2)
    join = next(i for i, node in enumerate(graph.nodes) if node.columns is not None)
    picture = figure(graph, Look(batches=(Batch("local", {join: (1,)}),)))
    for number, arrow in enumerate(picture.arrows):
        for _, reader, position in arrow.link.edges:
            if reader == join:
                assert (number in picture.frames[0].arrows) == (position == 0)


def test_nothing_fades_where_nothing_is_dropped(fractal):
    graph = fractal(2)
    picture = figure(graph, Look(batches=(Batch("full", {}),)))
    assert picture.frames[0].boxes == frozenset() == picture.frames[0].arrows
    assert share_of_macs(graph, Batch("full", {})) == 1.0


def test_the_share_of_macs_is_that_of_the_column(fractal):
    from fractalgen.passes import facts

    graph = fractal(3)
    known = facts(graph)
    assert share_of_macs(graph, column_batch(graph, 2)) == pytest.approx(known.columns[1].macs / known.macs)


def test_captions_say_what_runs(fractal):
    graph = fractal(3)
    picture = figure(graph, Look(batches=(column_batch(graph, 2), Batch("full", {}))))
    texts = [frame.caption.text for frame in picture.frames]
    assert texts[0].startswith("mini-batch 1: global: column 2 alone, ")
    assert texts[1] == "mini-batch 2: nothing is dropped, 100% of the MACs"
    assert all(frame.caption.y < picture.height for frame in picture.frames)


def test_a_picture_of_one_mini_batch_stands_still(fractal):
    graph = fractal(3)
    text = svg(figure(graph, Look(batches=(column_batch(graph, 1),))))
    assert "@keyframes" not in text
    assert 'opacity="0.15"' in text


def test_a_picture_of_several_moves_without_a_script_and_stands_for_those_who_ask(fractal):
    graph = fractal(3)
    text = svg(figure(graph, Look(batches=draw_batches(graph, DropPath(), "mixed", 3, 4))))
    ElementTree.fromstring(text)  # noqa: S314 - written here
    assert "<script" not in text
    assert "prefers-reduced-motion" in text
    used = set(re.findall(r'class="fg-moves ([\w-]+)"', text))
    assert used
    assert used == set(re.findall(r"@keyframes ([\w-]+)", text))


def test_each_frame_shows_its_caption_alone(fractal):
    graph = fractal(3)
    text = svg(figure(graph, Look(batches=draw_batches(graph, DropPath(), "global", 3, 3))))
    rules = dict(re.findall(r"@keyframes (fg-c\d+)\{(.*?\})\}", text))
    shown = [re.findall(r"opacity:(\d)", rules[name]) for name in sorted(rules, reverse=True)]
    assert sorted(shown) == [["0", "0", "1"], ["0", "1", "0"], ["1", "0", "0"]]


def test_other_formats_hold_the_first_mini_batch(fractal):
    graph = fractal(3)
    picture = figure(graph, Look(batches=(column_batch(graph, 1), Batch("full", {}))))
    assert dot(picture) != dot(figure(graph))
    assert "opacity:0.15" in mermaid(picture)
    assert 'data-does="next"' in html(picture)
