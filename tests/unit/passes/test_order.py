"""An order of execution that needs less memory."""

from pathlib import Path

import pytest

from fractalgen.passes import Simplify, expand
from fractalgen.passes.memory import peak_memory
from fractalgen.passes.order import memory_order
from fractalgen.spec import load, load_text

SPACES = Path(__file__).parents[3] / "search_spaces"


@pytest.mark.parametrize("file", sorted(SPACES.rglob("*.yaml")), ids=lambda file: file.stem)
def test_every_node_runs_once_after_what_it_reads_and_no_more_memory_is_needed(file):
    graph = Simplify()(expand(load(file).first()))
    found = memory_order(graph)
    order = found.nodes
    assert sorted(order) == list(range(len(graph.nodes)))
    place = {index: i for i, index in enumerate(order)}
    assert all(place[source] < place[i] for i, node in enumerate(graph.nodes) for source in node.inputs)
    assert found.peak == peak_memory(graph, order) <= peak_memory(graph) == found.written_peak


def test_the_branch_that_leaves_least_behind_runs_first():
    branches = "[{conv: {out: 4}}, {sequence: [{conv: {out: 64}}, {conv: {out: 4}}]}]"
    text = f"network: {{input: [1, 8, 8], body: {{join: {{mode: mean, branches: {branches}}}}}}}"
    graph = expand(load_text(text))
    assert peak_memory(graph) == 4 * 64 * (1 + 4 + 64 + 4) - 4 * 64 * 1
    assert memory_order(graph).nodes == (0, 2, 3, 1, 4)
    assert memory_order(graph).peak == 4 * 64 * (1 + 64 + 4)
