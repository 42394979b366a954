"""Sections are read as YAML wrote them, and what does not fit is said in the words of the language."""

from __future__ import annotations

import re

import pytest

from fractalgen.errors import SpecError
from fractalgen.spec._model import Model, read_model
from fractalgen.spec.load import load_text
from fractalgen.spec.tree import parse

NET = "network: {input: [1, 8, 8], body: relu}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train: {epochs: true}", "2:17: train.epochs: must be a whole number, found true"),
        ("train: {epochs: '3'}", "2:17: train.epochs: must be a whole number, found '3'"),
        ("train: {epochs: 3.5}", "2:17: train.epochs: must be a whole number, found 3.5"),
        ("train: {epochs: null}", "2:17: train.epochs: must be a whole number, found null"),
        ("train: {epochs: 100001}", "2:17: train.epochs: must be at most 100,000, found 100001"),
        ("train: {lr: '0.1'}", "2:13: train.lr: must be a number, found '0.1'"),
        ("train: {lr: .inf}", "2:13: train.lr: must be a number, found .inf"),
        ("search: {until: {val_accuracy: .nan}}", "2:32: search.until.val_accuracy: must be a number, found .nan"),
        ("train: {lr: false}", "2:13: train.lr: must be a number, found false"),
        ("train: {lr: 0}", "2:13: train.lr: must be above 0, found 0"),
        ("train: {lr: .nan}", "2:13: train.lr: must be a number, found .nan"),
        ("train: {nesterov: 1}", "2:19: train.nesterov: must be true or false, found 1"),
        ("train: {init: xavir}", "2:15: train.init: must be one of default, xavier, found 'xavir'. Did you mean 'xavier'?"),
        ("train:", "2:7: train: must be a mapping, found null. Its keys are: task, epochs, "),
        ("drop_path: {rate: true}", "2:19: drop_path.rate: must be a number, found true"),
        ("data: {source: digits, val_fraction: '0.1'}", "2:38: data.val_fraction: must be a number, found '0.1'"),
        ("search: {workers: true}", "2:19: search.workers: must be a whole number, found true"),
        ("search: {objectives: []}", "2:22: search.objectives: must have at least 1 item, found []"),
        ("search: {objectives: {metric: a}}", "search.objectives: must be a list, found {metric: 'a'}"),
        ("search: {objectives: [depth]}", "2:23: search.objectives[0]: must be a mapping, found 'depth'"),
        ("search: {sampler: {tpe: {startup: [1]}}}", "startup: must be a number or true or false or text, found [1]"),
        ("rules: {a: {parameters: [p], body: relu}}", "2:25: rules.a.parameters: must be a mapping, found ['p']"),
        ("rules: {a: {inputs: x, body: relu}}", "2:21: rules.a.inputs: must be a list, found 'x'"),
        ("rules: {a: {parameters: {p: {type: int, minimum: '3'}}, body: relu}}", "minimum: must be a number, found '3'"),
        ("rules: [a]", "2:8: rules: must be a mapping of names to rules, found ['a']"),
        ("name: true", "2:7: name: must be text, found true"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_one_line_with_its_place(text, message):
    with pytest.raises(SpecError, match=re.escape(message)) as caught:
        load_text(NET + text + "\n", "f.yaml")
    assert "\n" not in str(caught.value)


def test_whole_floats_are_whole_numbers_and_whole_numbers_are_numbers():
    spec = load_text(
        "network: {input: [1.0, 8, 8], body: relu}\ntrain: {epochs: 3.0, lr: 1}\nsearch: {workers: 2.0}\n", "f.yaml"
    )
    assert spec.network.input.shape == (1, 8, 8)
    assert type(spec.network.input.shape[0]) is int
    assert (spec.train.epochs, spec.train.lr, spec.search.workers) == (3, 1.0, 2)


def test_lists_are_taken_where_the_models_have_tuples():
    text = "search: {objectives: [{metric: depth}]}\nrules: {a: {inputs: [x, y], body: relu}}\n"
    spec = load_text(NET + text, "f.yaml")
    assert [objective.metric for objective in spec.search.objectives] == ["depth"]
    assert spec.rules["a"].inputs == ("x", "y")


class Window(Model):
    size: tuple[int, int, int] | None = None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("size: [1]", "f.yaml:1:7: size: must be a list of 3, found [1]"),
        ("size: [1, 2, 3, 4]", "f.yaml:1:7: size: must have at most 3 items, found [1, 2, 3, 4]"),
        ("size: [1, true, 2]", "f.yaml:1:11: size[1]: must be a whole number, found true"),
        ("size: 3", "f.yaml:1:7: size: must be a list of 3, found 3"),
    ],
)
def test_a_list_of_another_length_is_named_once(text, message):
    with pytest.raises(SpecError) as caught:
        read_model(Window, parse(text, "f.yaml"))
    assert str(caught.value) == message


def test_every_problem_of_a_section_is_named_once():
    with pytest.raises(SpecError) as caught:
        load_text(NET + "search: {objectives: [{metrc: a}], trials: true}\n", "f.yaml")
    assert [error.message for error in caught.value.errors] == [
        "needs the key 'metric'",
        "unknown key 'metrc'",
        "must be a whole number, found true",
    ]
