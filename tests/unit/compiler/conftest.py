"""A small fractal network, with every join."""

import pytest

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import DropPath, load_text

BODY = """
rules:
  conv_drop:
    parameters: {out: {type: int}}
    body: {sequence: [{conv: {out: $out}}, {dropout: {rate: 0.5}}, relu]}
network:
  input: [3, 8, 8]
  body:
    sequence:
      - foreach:
          over: {width: [4, 8]}
          body: {fractal: {columns: 3, unit: {UNIT: {out: $width}}, join: JOIN, end: max_pool}}
      - global_avg_pool
      - linear: {out: 5}
"""
MODES = [
    "mean",
    "sum",
    "max",
    "learned",
    "gate",
    "hyper_connection",
    "{hyper_connection: {dynamic: true}}",
    "manifold",
    "{concat: {project: true}}",
]


def parts_of(network):
    """Node -> its module."""
    return {i: network.get_submodule(node.path) for i, node in enumerate(network.graph.nodes) if node.inputs}


@pytest.fixture
def make_net():
    def make(join="mean", seed=0, unit="conv_bn_relu", **drop_path):
        graph = expand(load_text(BODY.replace("JOIN", join).replace("UNIT", unit)))
        return compile_graph(graph, DropPath(**{"rate": 0.3, "global": 0.5, **drop_path}), seed)

    return make
