"""Taps, a graph, a concat that loses branches, foreach and shared weights, in all stages."""

import pytest

from fractalgen.passes.stages import stage_text
from fractalgen.spec import load_text

SPEC = """
name: wired
rules:
  block:
    parameters: {out: {type: int}}
    body: {sequence: [{tap: {name: wide, of: {conv: {out: $out, kernel: 1}}}}, {dropout: {rate: 0}}, relu]}
network:
  input: [2, 4, 4]
  body:
    sequence:
      - foreach: {over: {width: [4, 6]}, as: i, body: {block: {out: "${width + i}"}}}
      - graph:
          nodes:
            a: {of: {conv: {kernel: 1, share: mix}}, from: input}
            b: {of: {conv: {kernel: 1, share: mix}}, from: input}
            c:
              of:
                join:
                  mode: {concat: {project: true}}
                  droppable: true
                  branches: [relu, {sequence: [max_pool, upsample]}]
              from: [a, b]
          output: c
  outputs: [body, block_2.wide]
"""

RULES = """
graph wired: 9 nodes, 2 columns
%0 = input : 2x4x4  # input
%1 = call block(%0)  # block
%2 = call block(%1)  # block_2
%3 = conv(%2) {kernel: 1, share: mix}  # conv
%4 = conv(%2) {kernel: 1, share: mix}  # conv_2
%5 = relu(%3)  # relu
%6 = max_pool(%4)  # max_pool
%7 = upsample(%6)  # upsample
%8 = concat(%5 [1..1], %7 [2..2]) {project: true}  # concat
return %8
"""

OPS = """
graph wired: 13 nodes, 2 columns
%0 = input : 2x4x4  # input
%1 = conv(%0) {out: 4, kernel: 1} : 4x4x4  # block.conv
%2 = dropout(%1) {rate: 0.0} : 4x4x4  # block.dropout
%3 = relu(%2) : 4x4x4  # block.relu
%4 = conv(%3) {out: 7, kernel: 1} : 7x4x4  # block_2.conv
%5 = dropout(%4) {rate: 0.0} : 7x4x4  # block_2.dropout
%6 = relu(%5) : 7x4x4  # block_2.relu
%7 = conv(%6) {out: 7, kernel: 1, share: mix} : 7x4x4  # conv
%8 = conv(%6) {out: 7, kernel: 1, share: mix} : 7x4x4  # conv_2
%9 = relu(%7) : 7x4x4  # relu
%10 = max_pool(%8) : 7x2x2  # max_pool
%11 = upsample(%10) : 7x4x4  # upsample
%12 = concat(%9 [1..1], %11 [2..2]) {project: true, out: 7} : 7x4x4  # concat
tap block.wide = %1
tap block_2.wide = %4
return %12, %4
"""

SIMPLIFIED = """
graph wired: 11 nodes, 2 columns
%0 = input : 2x4x4  # input
%1 = conv(%0) {out: 4, kernel: 1} : 4x4x4  # block.conv
%2 = relu(%1) : 4x4x4  # block.relu
%3 = conv(%2) {out: 7, kernel: 1} : 7x4x4  # block_2.conv
%4 = relu(%3) : 7x4x4  # block_2.relu
%5 = conv(%4) {out: 7, kernel: 1, share: mix} : 7x4x4  # conv
%6 = conv(%4) {out: 7, kernel: 1, share: mix} : 7x4x4  # conv_2
%7 = relu(%5) : 7x4x4  # relu
%8 = max_pool(%6) : 7x2x2  # max_pool
%9 = upsample(%8) : 7x4x4  # upsample
%10 = concat(%7 [1..1], %9 [2..2]) {project: true, out: 7} : 7x4x4  # concat
tap block.wide = %1
tap block_2.wide = %3
return %10, %3
"""

COST = """
graph wired: 13 nodes, 2 columns
parameters   MACs  elements
                             %0 = input : 2x4x4  # input
         8    128        64  %1 = conv(%0) {out: 4, kernel: 1} : 4x4x4  # block.conv
         0      0        64  %2 = dropout(%1) {rate: 0.0} : 4x4x4  # block.dropout
         0      0        64  %3 = relu(%2) : 4x4x4  # block.relu
        28    448       112  %4 = conv(%3) {out: 7, kernel: 1} : 7x4x4  # block_2.conv
         0      0       112  %5 = dropout(%4) {rate: 0.0} : 7x4x4  # block_2.dropout
         0      0       112  %6 = relu(%5) : 7x4x4  # block_2.relu
        49    784       112  %7 = conv(%6) {out: 7, kernel: 1, share: mix} : 7x4x4  # conv
         0    784       112  %8 = conv(%6) {out: 7, kernel: 1, share: mix} : 7x4x4  # conv_2
         0      0       112  %9 = relu(%7) : 7x4x4  # relu
         0      0        28  %10 = max_pool(%8) : 7x2x2  # max_pool
         0      0       112  %11 = upsample(%10) : 7x4x4  # upsample
        98  1,568       112  %12 = concat(%9 [1..1], %11 [2..2]) {project: true, out: 7} : 7x4x4  # concat
       183  3,712     1,116  sum
"""

COLUMNS = """
graph wired: 13 nodes, 2 columns
column 1: 10 nodes, depth 3, 134 parameters, 2,144 MACs
  %0..%7, %9, %12
column 2: 11 nodes, depth 3, 134 parameters, 2,144 MACs
  %0..%6, %8, %10..%12
"""

FINGERPRINT = """
 0  Input():2x4x4()
 1  Conv(out=4, kernel=1, stride=1, padding='same', dilation=1, groups=1, bias=False)(0)
 2  Relu()(1)
 3  Conv(out=7, kernel=1, stride=1, padding='same', dilation=1, groups=1, bias=False)(2)
 4  Relu()(3)
 5  Conv(out=7, kernel=1, stride=1, padding='same', dilation=1, groups=1, bias=False)@2@5(4)
 6  Relu()(5)
 7  Conv(out=7, kernel=1, stride=1, padding='same', dilation=1, groups=1, bias=False)@2@5(4)
 8  MaxPool(kernel=2, stride=2, padding=0)(7)
 9  Upsample(factor=2, mode='nearest')(8)
10  Concat(adapt='error', project=True, out=7)?(6(0, 1),9(1, 2))
    return 10,3
sha256 81693f6b7a6b5f1a674c6b71b5b823916ec19a22d0cfc641fa32b2c4b08f71d2
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
