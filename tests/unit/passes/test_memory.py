"""Bytes by hand: 4 for a float, 8 for a token id, 12 for a parameter in training."""

import pytest

from fractalgen.passes import expand, facts
from fractalgen.passes.liveness import last_uses, reached
from fractalgen.spec import load_text


def facts_of(body, shape="[1, 8, 8]", outputs="[body]"):
    return facts(expand(load_text(f"network:\n  input: {shape}\n  outputs: {outputs}\n  body: {body}\n")))


IMAGE = 64 * 4


@pytest.mark.parametrize(
    ("body", "images"),
    [
        ("relu", 2),
        ("{sequence: [relu, gelu, mish]}", 2),
        ("{join: {mode: sum, branches: [relu, gelu, identity]}}", 4),  # the input, both branches and the sum
        ("{join: {mode: sum, branches: [identity, identity]}}", 2),
        (
            "{sequence: [{tap: {name: a, of: relu}}, gelu, mish, {join: {mode: sum, branches: [{from: a}, identity]}}]}",
            3,
        ),
        ("{sequence: [relu, {repeat: {times: 20, body: {sequence: [{conv: {out: 1}}, gelu]}}}]}", 2),
        ("{sequence: [{dropout: {rate: 0}}, relu]}", 2),  # what simplification removes holds nothing
    ],
)
def test_evaluation_frees_a_value_after_its_last_use(body, images):
    assert facts_of(body).peak_memory == images * IMAGE


def test_an_output_is_held_to_the_end():
    body = "{sequence: [{tap: {name: early, of: relu}}, gelu, {conv: {out: 1}}, mish]}"
    assert facts_of(body).peak_memory == 2 * IMAGE
    assert facts_of(body, outputs="[body, early]").peak_memory == 3 * IMAGE


def test_token_ids_take_8_bytes():
    found = facts_of("{sequence: [{embedding: {tokens: 10, out: 6}}, layer_norm]}", "{shape: [5], dtype: int}")
    assert found.peak_memory == 2 * 5 * 6 * 4
    assert found.training_memory == 5 * 8 + 2 * 5 * 6 * 4 + 12 * (10 * 6 + 2 * 6)
    assert facts_of("{embedding: {tokens: 10, out: 1}}", "{shape: [5], dtype: int}").peak_memory == 5 * 8 + 5 * 4


def test_training_holds_every_value_and_three_numbers_for_each_parameter():
    found = facts_of("{sequence: [{conv: {out: 2}}, relu, max_pool]}")
    assert found.training_memory == 4 * (64 + 128 + 128 + 32) + 12 * 18


def test_shared_weights_are_held_once():
    def training(key):
        return facts_of(f"{{repeat: {{times: 3, body: {{conv: {key}}}}}}}").training_memory

    assert training("{}") - training("{share: w}") == 12 * 2 * 9


def test_a_value_read_twice_has_one_last_use_and_what_is_kept_has_none():
    reads = {2: (0, 1), 3: (2, 2, 1), 4: (3, 0)}
    assert last_uses(reads, keep=()) == {4: (0, 3), 3: (1, 2)}
    assert last_uses(reads, keep=(0, 3)) == {3: (1, 2)}
    assert reached((0, 1), (3,), reads.__getitem__) == {0, 1, 2, 3}
