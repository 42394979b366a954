"""Networks whose every number matters, and files of them."""

import pytest
import torch
from torch import nn

from fractalgen.compiler import Section, compile_graph
from fractalgen.passes import expand
from fractalgen.spec import DropPath, load_text

SPEC = """
name: NAME
network:
  input: [3, 8, 8]
  body:
    sequence:
      - fractal:
          columns: 3
          unit: {conv_bn_relu: {out: 4, dropout: 0.2}}
          join: JOIN
          end: max_pool
      - join: {mode: MODE, adapt: project, branches: [{conv: {out: 6, kernel: [1, 3], bias: true}}, identity]}
      - flatten
      - linear: {out: 5}
"""
TEXT = """
name: text
network:
  input: {shape: [6], dtype: int}
  body:
    sequence:
      - embedding: {tokens: 9, out: 8}
      - positional_encoding
      - fractal: {columns: 2, unit: {transformer_block: {heads: 2, causal: true}}}
      - linear: {out: 9}
"""


def stirred(network):
    torch.manual_seed(7)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(std=0.3)
            module.running_var.uniform_(0.5, 2)
    return network.eval()


@pytest.fixture
def net():
    """A small fractal network."""

    def make(join="mean", *, name="small", seed=0, **drop_path):
        mode = join if "{" not in join else "mean"
        text = SPEC.replace("JOIN", join).replace("MODE", mode).replace("NAME", name)
        return stirred(compile_graph(expand(load_text(text)), DropPath(**drop_path), seed=seed))

    return make


@pytest.fixture
def text_net():
    """A fractal of transformer blocks over tokens."""
    return stirred(compile_graph(expand(load_text(TEXT))))


@pytest.fixture
def with_module():
    """A section whose second ReLU is another module."""

    def make(network, module):
        whole = network.between()
        relus = [i for i, node in enumerate(network.graph.nodes) if node.kind == "relu"]
        return Section(network.graph, {**whole.live_parts, relus[1]: module}, whole.live_plan)

    return make
