"""One spec in all its stages, input and expected text side by side."""

import hashlib

import pytest

from fractalgen.errors import UnknownNameError
from fractalgen.passes import expand, facts, fingerprint
from fractalgen.passes.stages import stage_text
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

COST = """
graph small: 18 nodes, 2 columns
parameters    MACs  elements
                              %0 = input : 3x8x8  # input
       108   6,912       256  %1 = conv(%0) {out: 4} : 4x8x8  # fractal.conv_bn_relu.conv
         0       0       256  %2 = dropout(%1) {rate: 0.0} : 4x8x8  # fractal.conv_bn_relu.dropout
         8       0       256  %3 = batch_norm(%2) : 4x8x8  # fractal.conv_bn_relu.batch_norm
         0       0       256  %4 = relu(%3) : 4x8x8  # fractal.conv_bn_relu.relu
         0       0        64  %5 = max_pool(%4) : 4x4x4  # fractal.max_pool
       108   6,912       256  %6 = conv(%0) {out: 4} : 4x8x8  # fractal.conv_bn_relu_2.conv
         0       0       256  %7 = dropout(%6) {rate: 0.0} : 4x8x8  # fractal.conv_bn_relu_2.dropout
         8       0       256  %8 = batch_norm(%7) : 4x8x8  # fractal.conv_bn_relu_2.batch_norm
         0       0       256  %9 = relu(%8) : 4x8x8  # fractal.conv_bn_relu_2.relu
       144   9,216       256  %10 = conv(%9) {out: 4} : 4x8x8  # fractal.conv_bn_relu_3.conv
         0       0       256  %11 = dropout(%10) {rate: 0.0} : 4x8x8  # fractal.conv_bn_relu_3.dropout
         8       0       256  %12 = batch_norm(%11) : 4x8x8  # fractal.conv_bn_relu_3.batch_norm
         0       0       256  %13 = relu(%12) : 4x8x8  # fractal.conv_bn_relu_3.relu
         0       0        64  %14 = max_pool(%13) : 4x4x4  # fractal.max_pool_2
         0       0        64  %15 = mean(%5 [1..1], %14 [2..2]) : 4x4x4  # fractal.mean
         0       0        64  %16 = flatten(%15) : 64  # flatten
       650     640        10  %17 = linear(%16) {out: 10} : 10  # linear
     1,034  23,680     3,338  sum
"""

COLUMNS = """
graph small: 18 nodes, 2 columns
column 1: 9 nodes, depth 1, 766 parameters, 7,552 MACs
  %0..%5, %15..%17
column 2: 13 nodes, depth 2, 918 parameters, 16,768 MACs
  %0, %6..%17
"""

FINGERPRINT = """
 0  Input():3x8x8()
 1  Conv(out=4, kernel=3, stride=1, padding='same', dilation=1, groups=1, bias=False)(0)
 2  BatchNorm(affine=True, eps=1e-05, momentum=0.1)(1)
 3  Relu()(2)
 4  Conv(out=4, kernel=3, stride=1, padding='same', dilation=1, groups=1, bias=False)(3)
 5  BatchNorm(affine=True, eps=1e-05, momentum=0.1)(4)
 6  Relu()(5)
 7  MaxPool(kernel=2, stride=2, padding=0)(6)
 8  Conv(out=4, kernel=3, stride=1, padding='same', dilation=1, groups=1, bias=False)(0)
 9  BatchNorm(affine=True, eps=1e-05, momentum=0.1)(8)
10  Relu()(9)
11  MaxPool(kernel=2, stride=2, padding=0)(10)
12  Mean(adapt='error')?(11(0, 1),7(1, 2))
13  Flatten()(12)
14  Linear(out=10, bias=True)(13)
    return 14
sha256 3e35ff3bb7375b39d06d2ab4ab15fb94732ac39604690af7bb0ea51a95769d9b
"""


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("rules", RULES),
        ("ops", OPS),
        ("simplified", SIMPLIFIED),
        ("cost", COST),
        ("columns", COLUMNS),
        ("fingerprint", FINGERPRINT),
    ],
    ids=["rules", "ops", "simplified", "cost", "columns", "fingerprint"],
)
def test_the_printed_form_of_a_stage_is_stable(stage, expected):
    assert stage_text(load_text(SPEC), stage) == expected.strip("\n")


def test_the_sums_of_the_costs_are_the_facts():
    known = facts(expand(load_text(SPEC)))
    assert COST.split()[-4:] == [f"{n:,}" for n in (known.parameters, known.macs, known.activations)] + ["sum"]


def test_the_digest_is_that_of_the_listing_without_its_line_numbers():
    *listing, digest = FINGERPRINT.strip("\n").splitlines()
    text = "\n".join(line[4:] for line in listing)
    assert digest == f"sha256 {hashlib.sha256(text.encode()).hexdigest()}"
    assert digest == f"sha256 {fingerprint(expand(load_text(SPEC)))}"


def test_an_unknown_stage_is_refused():
    with pytest.raises(UnknownNameError, match="unknown stage 'op'. Did you mean 'ops'"):
        stage_text(load_text(SPEC), "op")
