"""Which values are looked at."""

from __future__ import annotations

import pytest

from fractalgen.analyses.points import find_points
from fractalgen.errors import CompileError, UnknownNameError
from fractalgen.passes import Simplify, expand
from fractalgen.spec import load_text

TAPPED = """
network:
  input: [1, 8, 8]
  body:
    sequence:
      - conv_bn_relu: {out: 4}
      - tap: {name: early, of: {conv: {out: 4}}}
      - fractal: {columns: 2, unit: {conv: {out: 4}}}
      - tap: {name: late, of: global_avg_pool}
      - linear: {out: 10}
"""


def graph_of(text):
    return Simplify()(expand(load_text(text)))


def names(at, text=TAPPED):
    return [point.name for point in find_points(graph_of(text), at)]


def test_taps_come_first_where_nothing_is_named():
    assert names("") == ["early", "late"]


def test_without_taps_it_is_every_layer():
    assert names("", "network: {input: [3, 8, 8], body: {sequence: [conv_bn_relu, flatten, linear]}}") == [
        "conv_bn_relu.conv",
        "linear",
    ]


def test_depth_counts_layers_on_the_longest_way_and_orders_the_points():
    points = find_points(graph_of(TAPPED), "linear,early,fractal")
    assert [(point.name, point.depth) for point in points] == [("early", 2), ("fractal.mean", 4), ("linear", 5)]


def test_a_word_with_every_is_all_of_a_kind():
    assert names("every-batch_norm") == ["conv_bn_relu.batch_norm"]
    assert names("every-branch") == ["fractal.conv", "fractal.conv_3"]
    assert names("every-call") == ["conv_bn_relu.relu", "fractal.mean"]
    assert names("every-column,every-mean") == ["fractal.conv", "fractal.conv_3", "fractal.mean"]
    assert len(names("every-node")) == len(graph_of(TAPPED).nodes) - 1


def test_a_value_with_several_names_is_looked_at_once():
    assert names("early,conv,every-tap") == ["early", "late"]


@pytest.mark.parametrize(
    ("at", "error", "words"),
    [
        ("erly", CompileError, "nothing is called 'erly'. Did you mean 'early'"),
        ("every-cov", UnknownNameError, "nothing that 'every-cov' means. Did you mean 'every-conv'"),
        ("every-site", UnknownNameError, "nothing that 'every-site' means"),
    ],
)
def test_what_is_not_there_is_said(at, error, words):
    with pytest.raises(error, match=words.replace(".", r"\.")):
        names(at)


def test_every_of_what_a_network_has_none_of_is_an_error():
    for kind in ("tap", "column", "branch", "call"):
        with pytest.raises(CompileError, match=f"the network has no {kind}"):
            names(f"every-{kind}", "network: {input: [1, 8, 8], body: conv}")


def test_tokens_are_no_numbers_to_look_at():
    text = "network: {input: {shape: [8], dtype: int}, body: {sequence: [{embedding: {tokens: 9, out: 4}}, linear]}}"
    with pytest.raises(CompileError, match="'input' holds tokens, not numbers"):
        names("input", text)
    assert names("every-node", text) == ["embedding", "linear"]
