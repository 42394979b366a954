"""A transformer with a residual bus around all of its blocks, in the stages that show the streams."""

import pytest

from fractalgen.passes import Simplify, expand
from fractalgen.passes.stages import stage_text
from fractalgen.spec import load_text

SPEC = """
name: bus
network:
  input: {shape: [5], dtype: int}
  body:
    sequence:
      - embedding: {tokens: 9, out: 8}
      - residual_bus:
          streams: 4
          kind: manifold
          body:
            repeat:
              times: 2
              body:
                sequence:
                  - site: {sequence: [layer_norm, {attention: {heads: 2}}]}
                  - site: {sequence: [layer_norm, {perceptron: {expansion: 2}}]}
      - layer_norm
      - linear: {out: 9}
"""

RULES = """
graph bus: 26 nodes
%0 = input : 5:int  # input
%1 = embedding(%0) {tokens: 9, out: 8}  # embedding
%2 = open_bus(%1) {streams: 4}  # open_bus
%3 = manifold(%2)  # manifold
%4 = read_streams(%2, %3)  # read_streams
%5 = layer_norm(%4)  # layer_norm
%6 = attention(%5) {heads: 2}  # attention
%7 = write_streams(%2, %3, %6)  # write_streams
%8 = manifold(%7)  # manifold_2
%9 = read_streams(%7, %8)  # read_streams_2
%10 = layer_norm(%9)  # layer_norm_2
%11 = call perceptron(%10)  # perceptron
%12 = write_streams(%7, %8, %11)  # write_streams_2
%13 = manifold(%12)  # manifold_3
%14 = read_streams(%12, %13)  # read_streams_3
%15 = layer_norm(%14)  # layer_norm_3
%16 = attention(%15) {heads: 2}  # attention_2
%17 = write_streams(%12, %13, %16)  # write_streams_3
%18 = manifold(%17)  # manifold_4
%19 = read_streams(%17, %18)  # read_streams_4
%20 = layer_norm(%19)  # layer_norm_4
%21 = call perceptron(%20)  # perceptron_2
%22 = write_streams(%17, %18, %21)  # write_streams_4
%23 = close_bus(%22)  # close_bus
%24 = layer_norm(%23)  # layer_norm_5
%25 = linear(%24) {out: 9}  # linear
return %25
"""

OPS = """
graph bus: 30 nodes
%0 = input : 5:int  # input
%1 = embedding(%0) {tokens: 9, out: 8} : 5x8  # embedding
%2 = open_bus(%1) {streams: 4} : 4 streams of 5x8  # open_bus
%3 = manifold(%2) : 5x24  # manifold
%4 = read_streams(%2, %3) : 5x8  # read_streams
%5 = layer_norm(%4) : 5x8  # layer_norm
%6 = attention(%5) {heads: 2} : 5x8  # attention
%7 = write_streams(%2, %3, %6) : 4 streams of 5x8  # write_streams
%8 = manifold(%7) : 5x24  # manifold_2
%9 = read_streams(%7, %8) : 5x8  # read_streams_2
%10 = layer_norm(%9) : 5x8  # layer_norm_2
%11 = linear(%10) {out: 16} : 5x16  # perceptron.linear
%12 = gelu(%11) : 5x16  # perceptron.gelu
%13 = linear(%12) {out: 8} : 5x8  # perceptron.linear_2
%14 = write_streams(%7, %8, %13) : 4 streams of 5x8  # write_streams_2
%15 = manifold(%14) : 5x24  # manifold_3
%16 = read_streams(%14, %15) : 5x8  # read_streams_3
%17 = layer_norm(%16) : 5x8  # layer_norm_3
%18 = attention(%17) {heads: 2} : 5x8  # attention_2
%19 = write_streams(%14, %15, %18) : 4 streams of 5x8  # write_streams_3
%20 = manifold(%19) : 5x24  # manifold_4
%21 = read_streams(%19, %20) : 5x8  # read_streams_4
%22 = layer_norm(%21) : 5x8  # layer_norm_4
%23 = linear(%22) {out: 16} : 5x16  # perceptron_2.linear
%24 = gelu(%23) : 5x16  # perceptron_2.gelu
%25 = linear(%24) {out: 8} : 5x8  # perceptron_2.linear_2
%26 = write_streams(%19, %20, %25) : 4 streams of 5x8  # write_streams_4
%27 = close_bus(%26) : 5x8  # close_bus
%28 = layer_norm(%27) : 5x8  # layer_norm_5
%29 = linear(%28) {out: 9} : 5x9  # linear
return %29
"""

COST = """
graph bus: 30 nodes
parameters    MACs  elements
                              %0 = input : 5:int  # input
        72       0        40  %1 = embedding(%0) {tokens: 9, out: 8} : 5x8  # embedding
         0       0       160  %2 = open_bus(%1) {streams: 4} : 4 streams of 5x8  # open_bus
       795   3,840       120  %3 = manifold(%2) : 5x24  # manifold
         0     160        40  %4 = read_streams(%2, %3) : 5x8  # read_streams
        16       0        40  %5 = layer_norm(%4) : 5x8  # layer_norm
       288   1,680        40  %6 = attention(%5) {heads: 2} : 5x8  # attention
         0     800       160  %7 = write_streams(%2, %3, %6) : 4 streams of 5x8  # write_streams
       795   3,840       120  %8 = manifold(%7) : 5x24  # manifold_2
         0     160        40  %9 = read_streams(%7, %8) : 5x8  # read_streams_2
        16       0        40  %10 = layer_norm(%9) : 5x8  # layer_norm_2
       144     640        80  %11 = linear(%10) {out: 16} : 5x16  # perceptron.linear
         0       0        80  %12 = gelu(%11) : 5x16  # perceptron.gelu
       136     640        40  %13 = linear(%12) {out: 8} : 5x8  # perceptron.linear_2
         0     800       160  %14 = write_streams(%7, %8, %13) : 4 streams of 5x8  # write_streams_2
       795   3,840       120  %15 = manifold(%14) : 5x24  # manifold_3
         0     160        40  %16 = read_streams(%14, %15) : 5x8  # read_streams_3
        16       0        40  %17 = layer_norm(%16) : 5x8  # layer_norm_3
       288   1,680        40  %18 = attention(%17) {heads: 2} : 5x8  # attention_2
         0     800       160  %19 = write_streams(%14, %15, %18) : 4 streams of 5x8  # write_streams_3
       795   3,840       120  %20 = manifold(%19) : 5x24  # manifold_4
         0     160        40  %21 = read_streams(%19, %20) : 5x8  # read_streams_4
        16       0        40  %22 = layer_norm(%21) : 5x8  # layer_norm_4
       144     640        80  %23 = linear(%22) {out: 16} : 5x16  # perceptron_2.linear
         0       0        80  %24 = gelu(%23) : 5x16  # perceptron_2.gelu
       136     640        40  %25 = linear(%24) {out: 8} : 5x8  # perceptron_2.linear_2
         0     800       160  %26 = write_streams(%19, %20, %25) : 4 streams of 5x8  # write_streams_4
         0       0        40  %27 = close_bus(%26) : 5x8  # close_bus
        16       0        40  %28 = layer_norm(%27) : 5x8  # layer_norm_5
        81     360        45  %29 = linear(%28) {out: 9} : 5x9  # linear
     4,549  25,480     2,245  sum
"""

FINGERPRINT = """
 0  Input():5:int()
 1  Embedding(tokens=9, out=8)(0)
 2  OpenBus(streams=4)(1)
 3  Manifold(rounds=20)(2)
 4  ReadStreams(adapt='error')(2,3)
 5  LayerNorm(affine=True, eps=1e-05)(4)
 6  Attention(heads=2, bias=True, causal=False, drop_rate=0.0, drop_span=1, drop_kind='column')(5)
 7  WriteStreams(adapt='error')(2,3,6)
 8  Manifold(rounds=20)(7)
 9  ReadStreams(adapt='error')(7,8)
10  LayerNorm(affine=True, eps=1e-05)(9)
11  Linear(out=16, bias=True)(10)
12  Gelu()(11)
13  Linear(out=8, bias=True)(12)
14  WriteStreams(adapt='error')(7,8,13)
15  Manifold(rounds=20)(14)
16  ReadStreams(adapt='error')(14,15)
17  LayerNorm(affine=True, eps=1e-05)(16)
18  Attention(heads=2, bias=True, causal=False, drop_rate=0.0, drop_span=1, drop_kind='column')(17)
19  WriteStreams(adapt='error')(14,15,18)
20  Manifold(rounds=20)(19)
21  ReadStreams(adapt='error')(19,20)
22  LayerNorm(affine=True, eps=1e-05)(21)
23  Linear(out=16, bias=True)(22)
24  Gelu()(23)
25  Linear(out=8, bias=True)(24)
26  WriteStreams(adapt='error')(19,20,25)
27  CloseBus()(26)
28  LayerNorm(affine=True, eps=1e-05)(27)
29  Linear(out=9, bias=True)(28)
    return 29
sha256 5e0514213c6cc989a0062b5c372fb0a58b0318dffacff8070f63b35eff829cb4
"""


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("rules", RULES), ("ops", OPS), ("cost", COST), ("fingerprint", FINGERPRINT)],
    ids=["rules", "ops", "cost", "fingerprint"],
)
def test_the_printed_form_of_a_stage_is_stable(stage, expected):
    assert stage_text(load_text(SPEC), stage) == expected.strip("\n")


def test_nothing_of_it_can_be_simplified():
    graph = expand(load_text(SPEC))
    assert Simplify()(graph) is graph
