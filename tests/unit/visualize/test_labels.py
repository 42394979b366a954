from __future__ import annotations

import dataclasses

import pytest

from fractalgen.ir.graph import Node
from fractalgen.ir.joins import JOINS
from fractalgen.ir.joins.concat import Concat
from fractalgen.ir.ops import OPS
from fractalgen.ir.ops.attention import Attention
from fractalgen.ir.ops.conv import Conv
from fractalgen.ir.ops.dropout import Dropout
from fractalgen.ir.ops.linear import Linear
from fractalgen.ir.ops.max_pool import MaxPool
from fractalgen.ir.ops.relu import Relu
from fractalgen.ir.types import TensorType
from fractalgen.visualize.families import FAMILIES, family_of
from fractalgen.visualize.labels import cell_lines, part_line


@pytest.mark.parametrize(
    ("part", "line"),
    [
        (Conv(out=64), "conv 3x3, 64"),
        (Conv(out=64, kernel=(1, 7), stride=2), "conv 1x7 /2, 64"),
        (Conv(out=64, groups=64, dilation=2), "conv 3x3, 64, 64 groups, dilation 2"),
        (MaxPool(), "max pool 2x2"),
        (MaxPool(kernel=3), "max pool 3x3 /2"),
        (Linear(out=10), "linear 10"),
        (Dropout(rate=0.3), "dropout, rate 0.3"),
        (Concat(project=True), "concat + 1x1"),
        (Attention(heads=4, bias=False, causal=True), "attention, heads 4, no bias, causal"),
    ],
)
def test_a_box_says_what_its_op_is(part, line):
    assert part_line(Node(part)).replace("\N{MULTIPLICATION SIGN}", "x") == line


def test_channels_come_from_the_type_once_it_is_known():
    assert part_line(Node(Conv(), type=TensorType((24, 8, 8)))).endswith(", 24")


def test_what_rides_along_is_named_in_order_without_what_does_nothing():
    nodes = [Node(Conv(out=8)), Node(Dropout(rate=0.0)), Node(Relu())]
    assert cell_lines(nodes)[1:] == ("relu",)


@pytest.mark.parametrize("name", [*OPS, *JOINS])
def test_every_registered_part_has_a_colour_and_a_line(name):
    part = (OPS if name in OPS else JOINS).get(name)
    needed = {item.name: 8 for item in dataclasses.fields(part) if item.default is dataclasses.MISSING}
    assert family_of(name) in FAMILIES
    assert name.split("_")[0] in part_line(Node(part(**needed)))
