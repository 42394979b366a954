"""One spec in all its stages, input and expected text side by side."""

import pytest

from fractalgen.errors import UnknownNameError
from fractalgen.passes.stages import graph_at
from fractalgen.spec import load_text

SPEC = """
name: small
network:
  input: [3, 8, 8]
  body:
    sequence:
      - fractal: {columns: 2, unit: {conv_bn_relu: {out: 4}}, end: max_pool}
      - flatten
      - linear: {out: 10}
"""

RULES = """
graph small: 4 nodes, 2 columns
%0 = input : 3x8x8  # input
%1 = call fractal(%0)  # fractal
%2 = flatten(%1)  # flatten
%3 = linear(%2) {out: 10}  # linear
return %3
"""

OPS = """
graph small: 18 nodes, 2 columns
%0 = input : 3x8x8  # input
%1 = conv(%0) {out: 4} : 4x8x8  # fractal.conv_bn_relu.conv
%2 = dropout(%1) {rate: 0.0} : 4x8x8  # fractal.conv_bn_relu.dropout
%3 = batch_norm(%2) : 4x8x8  # fractal.conv_bn_relu.batch_norm
%4 = relu(%3) : 4x8x8  # fractal.conv_bn_relu.relu
%5 = max_pool(%4) : 4x4x4  # fractal.max_pool
%6 = conv(%0) {out: 4} : 4x8x8  # fractal.conv_bn_relu_2.conv
%7 = dropout(%6) {rate: 0.0} : 4x8x8  # fractal.conv_bn_relu_2.dropout
%8 = batch_norm(%7) : 4x8x8  # fractal.conv_bn_relu_2.batch_norm
%9 = relu(%8) : 4x8x8  # fractal.conv_bn_relu_2.relu
%10 = conv(%9) {out: 4} : 4x8x8  # fractal.conv_bn_relu_3.conv
%11 = dropout(%10) {rate: 0.0} : 4x8x8  # fractal.conv_bn_relu_3.dropout
%12 = batch_norm(%11) : 4x8x8  # fractal.conv_bn_relu_3.batch_norm
%13 = relu(%12) : 4x8x8  # fractal.conv_bn_relu_3.relu
%14 = max_pool(%13) : 4x4x4  # fractal.max_pool_2
%15 = mean(%5 [1..1], %14 [2..2]) : 4x4x4  # fractal.mean
%16 = flatten(%15) : 64  # flatten
%17 = linear(%16) {out: 10} : 10  # linear
return %17
"""

SIMPLIFIED = """
graph small: 15 nodes, 2 columns
%0 = input : 3x8x8  # input
%1 = conv(%0) {out: 4} : 4x8x8  # fractal.conv_bn_relu.conv
%2 = batch_norm(%1) : 4x8x8  # fractal.conv_bn_relu.batch_norm
%3 = relu(%2) : 4x8x8  # fractal.conv_bn_relu.relu
%4 = max_pool(%3) : 4x4x4  # fractal.max_pool
%5 = conv(%0) {out: 4} : 4x8x8  # fractal.conv_bn_relu_2.conv
%6 = batch_norm(%5) : 4x8x8  # fractal.conv_bn_relu_2.batch_norm
%7 = relu(%6) : 4x8x8  # fractal.conv_bn_relu_2.relu
%8 = conv(%7) {out: 4} : 4x8x8  # fractal.conv_bn_relu_3.conv
%9 = batch_norm(%8) : 4x8x8  # fractal.conv_bn_relu_3.batch_norm
%10 = relu(%9) : 4x8x8  # fractal.conv_bn_relu_3.relu
%11 = max_pool(%10) : 4x4x4  # fractal.max_pool_2
%12 = mean(%4 [1..1], %11 [2..2]) : 4x4x4  # fractal.mean
%13 = flatten(%12) : 64  # flatten
%14 = linear(%13) {out: 10} : 10  # linear
return %14
"""


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("rules", RULES), ("ops", OPS), ("simplified", SIMPLIFIED)],
    ids=["rules", "ops", "simplified"],
)
def test_the_printed_form_of_a_stage_is_stable(stage, expected):
    assert str(graph_at(load_text(SPEC), stage)) == expected.strip()


def test_an_unknown_stage_is_refused():
    with pytest.raises(UnknownNameError, match="unknown stage 'op'. Did you mean 'ops'"):
        graph_at(load_text(SPEC), "op")
