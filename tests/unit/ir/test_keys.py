"""Keys tell values apart that build differently, and know those again that build the same."""

import pytest

from fractalgen.ir.environment import JoinMode
from fractalgen.ir.keys import Keys
from fractalgen.passes import expand, facts
from fractalgen.spec import load_text
from fractalgen.spec.formula import Unknown


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), (1.0, True), (0, None), ("1", 1), ((1, 2), (2, 1)), ((1,), (1.0,)), ((1,), 1), ((), None)],
)
def test_values_that_differ_have_different_keys(one, other):
    keys = Keys()
    assert keys.of(one) != keys.of(other)


@pytest.mark.parametrize("make", [lambda: 10**9, lambda: 0.5, lambda: "ab" * 3, lambda: (1, (2, str(3)), 0.5)])
def test_equal_values_have_equal_keys_with_equal_hashes(make):
    keys = Keys()
    assert keys.of(make()) == keys.of(make())
    assert hash(keys.of(make())) == hash(keys.of(make()))


def test_unknowns_are_known_by_themselves():
    keys, one = Keys(), Unknown()
    assert keys.of(one) == keys.of(one) != keys.of(Unknown())


def test_joins_are_known_by_name_and_parameters():
    keys = Keys()
    assert keys.of(JoinMode("sum")) == keys.of(JoinMode("sum"))
    assert keys.of(JoinMode("concat", (("project", True),))) != keys.of(JoinMode("concat", (("project", 1),)))


def test_layers_that_nest_in_each_other_twice_at_each_level_are_written_out_only_when_expanded():
    text = """
rules:
  t:
    parameters: {n: {type: int}, u: {type: layer, default: relu}, v: {type: layer, default: gelu}}
    levels: $n
    base: u
    step: {recurse: {u: {sequence: [u, v]}, v: {sequence: [v, u]}}}
network: {input: [3, 8, 8], body: {t: {n: N}}}
"""
    assert facts(expand(load_text(text.replace("N}", "5}")))).nodes == 1 + 2**4
    with pytest.raises(ValueError, match=r"would have more than 10\^18 nodes"):
        expand(load_text(text.replace("N}", "61}")))
