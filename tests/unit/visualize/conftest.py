"""Graphs to draw, each made from the text that a user would write."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.joins.sum import Sum
from fractalgen.ir.ops.conv import Conv
from fractalgen.ir.ops.relu import Relu
from fractalgen.passes import expand
from fractalgen.spec import load_text

HEAD = "global_avg_pool, {linear: {out: 10}}"


@pytest.fixture
def drawn() -> Callable[..., Graph]:
    """Return a function that expands a body, written on one line."""

    def make(body: str, name: str = "net", rules: str = "{}") -> Graph:
        return expand(load_text(f"name: {name}\nrules: {rules}\nnetwork: {{input: [3, 16, 16], body: {body}}}\n"))

    return make


@pytest.fixture
def fractal(drawn: Callable[..., Graph]) -> Callable[[int, int], Graph]:
    """Return a function that makes a network of fractal blocks: columns, blocks."""

    def make(columns: int, blocks: int = 1) -> Graph:
        block = f"{{fractal: {{columns: {columns}, unit: {{conv_bn_relu: {{out: 8}}}}, end: max_pool}}}}"
        return drawn(f"{{sequence: [{', '.join([block] * blocks)}, {HEAD}]}}")

    return make


@pytest.fixture
def residual(drawn: Callable[..., Graph]) -> Graph:
    """Return a network of two residual blocks, which has no columns."""
    rules = "{block: {body: {join: {mode: sum, branches: [identity, {sequence: [conv_bn_relu, conv_bn_relu]}]}}}}"
    return drawn(f"{{sequence: [{{conv: {{out: 8}}}}, block, block, {HEAD}]}}", rules=rules)


@pytest.fixture
def random_graph() -> Callable[[int], Graph]:
    """Return a function that makes a graph of any shape, where joins may read one node twice: seed."""

    def make(seed: int, size: int = 24) -> Graph:
        dice = random.Random(seed)
        nodes = [Node(Input(), name="input")]
        for index in range(1, size):
            if dice.random() < 0.35:
                inputs = tuple(dice.randrange(index) for _ in range(dice.randint(2, 4)))
                nodes.append(Node(Sum(), inputs, name=f"sum_{index}"))
            else:
                part = Conv(out=4) if dice.random() < 0.6 else Relu()
                nodes.append(Node(part, (dice.randrange(index),), name=f"op_{index}"))
        read = {source for node in nodes for source in node.inputs}
        return Graph(tuple(nodes), tuple(index for index in range(size) if index not in read), name="random")

    return make
