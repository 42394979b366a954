"""Pictures in a real browser: no label is wider than its box, and pictures that move can be walked through."""

from __future__ import annotations

import pytest

from fractalgen.passes import expand
from fractalgen.spec import DropPath, load_text
from fractalgen.visualize import Look, compare, draw_batches, figure, write

OUTSIDE = """
() => {
  const svg = document.querySelector("svg"), page = svg.getBoundingClientRect(), found = [];
  for (const group of svg.querySelectorAll("g")) {
    const rect = group.querySelector(":scope > rect");
    if (!rect) continue;
    const box = rect.getBoundingClientRect();
    for (const text of group.querySelectorAll(":scope > text")) {
      const at = text.getBoundingClientRect();
      if (at.left < box.left || at.right > box.right || at.top < box.top || at.bottom > box.bottom)
        found.push("box: " + text.textContent);
    }
  }
  for (const text of svg.querySelectorAll("text")) {
    const at = text.getBoundingClientRect();
    if (at.left < page.left || at.right > page.right || at.bottom > page.bottom) found.push("page: " + text.textContent);
  }
  const loose = [...svg.querySelectorAll(":scope > text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  for (const [one, a] of loose) for (const [other, b] of loose)
    if (one < other && a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
      found.push("over each other: " + one + " | " + other);
  return found;
}
"""
NETWORK = "network: {input: [3, 16, 16], body: {sequence: [BLOCK, BLOCK, global_avg_pool, {linear: {out: 10}}]}}"
BLOCK = "{fractal: {columns: 3, unit: {conv_bn_relu: {out: 8, dropout: 0.1}}, end: max_pool}}"


@pytest.fixture
def graph():
    return expand(load_text("name: net\n" + NETWORK.replace("BLOCK", BLOCK)))


def pictures(graph):
    batches = draw_batches(graph, DropPath(), "mixed", 3, 4)
    yield figure(graph)
    yield figure(graph, Look(level="rules"))
    yield figure(graph, Look(colour="column"))
    yield figure(graph, Look(colour="parameters"))
    yield figure(graph, Look(batches=batches))
    yield compare(
        graph, expand(load_text("name: other net\n" + NETWORK.replace("BLOCK", BLOCK.replace("3,", "2,", 1))))
    )


def test_every_label_fits_and_no_two_lie_over_each_other(opened, graph, tmp_path):
    page = None
    for number, picture in enumerate(pictures(graph)):
        file = write(picture, tmp_path / f"{number}.html")
        page = page or opened(file).page
        page.goto(file.as_uri())
        assert page.evaluate(OUTSIDE) == [], number


def test_pictures_that_move_can_be_walked_through(opened, graph, tmp_path):
    look = Look(batches=draw_batches(graph, DropPath(), "global", 3, 3))
    found = opened(write(figure(graph, look), tmp_path / "net.html"))
    page = found.page

    def shown():
        return page.evaluate(
            """() => [...document.querySelectorAll("svg > g > text")].filter(text =>
              text.textContent.startsWith("mini-batch") && getComputedStyle(text.parentNode).opacity === "1")
              .map(text => text.textContent.slice(0, 12))"""
        )

    seen = []
    for _ in range(3):
        page.locator('[data-does="next"]').click()
        seen += shown()
    assert sorted(seen) == ["mini-batch 1", "mini-batch 2", "mini-batch 3"]
    assert found.errors == []
