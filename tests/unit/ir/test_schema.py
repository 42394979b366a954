from pathlib import Path

import jsonschema
import pytest

from fractalgen.ir.schema import schema
from fractalgen.passes.check import check_file
from fractalgen.spec import load, load_text
from fractalgen.spec.tree import parse

SPACES = Path(__file__).parents[3] / "search_spaces"
RULES = Path(__file__).parents[3] / "fractalgen" / "rules"
NET = "network: {input: [3, 8, 8], body: BODY}\n"


def problems(text, own=None):
    validator = jsonschema.Draft202012Validator(schema(own))
    return list(validator.iter_errors(parse(text, "f.yaml").plain()))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("file", sorted([*SPACES.rglob("*.yaml"), *RULES.glob("*.yaml")]), ids=lambda file: file.stem)
def test_every_shipped_file_fits_the_schema(file):
    assert problems(file.read_text()) == []
    assert problems(file.read_text(), load(file)) == []


@pytest.mark.parametrize(
    "body",
    [
        "{conv: {ot: 3}}",
        "{conv: {out: wide}}",
        "{conv: {out: 0}}",
        "{dropout: {rate: 1}}",
        "{sequence: relu}",
        "{join: {mode: men, branches: [relu]}}",
        "{join: {branches: [relu]}}",
        "{relu: {}, conv: {}}",
        "{fractal: {columns: 0}}",
        "{fractal: {colums: 2}}",
        "{fractal: {unit: relu}}",
        "{repeat: {times: 2}}",
        "{tap: {name: a}}",
        "{graph: {nodes: {a: {of: relu}}, output: a}}",
        "{embedding: {tokens: 3}}",
        "3",
    ],
)
def test_what_is_wrong_without_knowing_names_is_squiggled(body):
    assert problems(NET.replace("BODY", body)) != []


def test_the_rules_of_a_spec_are_known_to_its_own_schema():
    text = "rules: {mine: {parameters: {out: {type: int, minimum: 2}}, body: {conv: {out: $out}}}}\n" + NET
    own = load_text(text.replace("BODY", "{mine: {out: 2}}"))
    assert problems(text.replace("BODY", "{mine: {out: 3}}"), own) == []
    for body in ("{mine: {out: 1}}", "{mine: {}}", "{mine: {outt: 3}}", "{mien: {out: 3}}"):
        assert problems(text.replace("BODY", body), own) != []
    assert problems(text.replace("BODY", "{mien: {out: 3}}")) == []


def test_sections_take_holes_and_refuse_unknown_keys():
    assert problems("train: {epochs: {choice: [5, 10]}, lr: {float: [0.01, 1], log: true}}\n") == []
    for text in ("train: {epoch: 3}\n", "train: {epochs: 0}\n", "drop_path: {rate: 2}\n", "serch: {}\n"):
        assert problems(text) != []


def test_the_starter_checks():
    assert check_file(SPACES / "starter.yaml") == ()
