"""Names of outputs: taps, and patterns of taps."""

import pytest

from fractalgen.errors import UnknownNameError
from fractalgen.passes import expand
from fractalgen.spec import load_text

SPEC = """
rules:
  nest:
    parameters: {depth: {type: int}}
    levels: $depth
    base: {tap: {name: end, of: relu}}
    step: {sequence: [{tap: {name: side, of: max_pool}}, recurse]}
network:
  input: [2, 8, 8]
  body: {sequence: [{nest: {depth: 3}}, {tap: {name: last, of: relu}}]}
  outputs: OUTPUTS
"""


def shapes(outputs):
    graph = expand(load_text(SPEC.replace("OUTPUTS", outputs)))
    return [str(graph.nodes[index].type) for index in graph.outputs]


def test_a_star_gives_all_taps_that_fit_in_the_order_of_writing():
    assert shapes('[body, "nest.side*"]') == ["2x2x2", "2x4x4", "2x2x2"]
    assert shapes('["*"]') == ["2x4x4", "2x2x2", "2x2x2", "2x2x2"]


def test_a_star_that_fits_nothing_gives_nothing():
    assert shapes('[body, "*.nowhere"]') == ["2x2x2"]


def test_a_network_that_returns_nothing_is_an_error():
    with pytest.raises(UnknownNameError, match=r"the network has no value '\*\.nowhere' to return"):
        shapes('["*.nowhere"]')
