"""The reference is made from the code, and current."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from fractalgen import ir
from fractalgen.ir.builtin_rules import builtin_library, builtin_names
from fractalgen.ir.parts import declared
from fractalgen.ir.schema import SECTIONS
from fractalgen.registry import Registry
from fractalgen.search.executors import EXECUTORS
from fractalgen.search.samplers import SAMPLERS
from fractalgen.spec import limits
from fractalgen.spec.document import Network, Parameter, Rule
from fractalgen.spec.parse_expression import EXPRESSION_WORDS

TABLES = {
    info.name: table
    for info in pkgutil.iter_modules(ir.__path__)
    if info.ispkg
    for table in vars(importlib.import_module(f"fractalgen.ir.{info.name}")).values()
    if isinstance(table, Registry)
}
"""Every table of parts, under the name of its folder."""
DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("reference")
    program = [sys.executable, "-W", "error", str(DOCS / "make_reference"), str(out)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def test_the_pages_are_current(made):
    assert {file.name for file in made.iterdir()} == {file.name for file in REFERENCE.iterdir()}
    for file in made.iterdir():
        assert file.read_text() == (REFERENCE / file.name).read_text(), f"run `make reference`: {file.name} is old"


def sections(page):
    """Return heading -> text below it."""
    parts = ("\n" + (REFERENCE / page).read_text()).replace("\n### ", "\n## ").split("\n## ")[1:]
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("expressions.md", EXPRESSION_WORDS),
        *((f"{name}.md", table) for name, table in TABLES.items()),
        ("rules.md", builtin_names()),
        (
            "spec.md",
            [*SECTIONS, "network", "rules", *SAMPLERS, "choice", "int", "float", "subset", "prefix", "product"],
        ),
    ],
)
def test_every_name_has_a_section(page, names):
    assert set(names) <= set(sections(page))


def test_ops_and_joins_are_tables_of_parts():
    assert {"ops", "joins"} <= set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_every_field_of_a_part_has_a_row(table):
    for name in TABLES[table]:
        for key in declared(TABLES[table].get(name)):
            assert f"| `{key}` |" in sections(f"{table}.md")[name]


@pytest.mark.parametrize("name", builtin_names())
def test_every_rule_shows_its_parameters_and_its_source(name):
    text = sections("rules.md")[name]
    assert (DOCS.parent / "fractalgen" / "rules" / f"{name}.yaml").read_text() in text
    for key, item in builtin_library(name).rules[name].parameters.items():
        assert f"| `{key}` |" in text
        assert item.description in text


@pytest.mark.parametrize(
    ("section", "model"),
    [*SECTIONS.items(), ("network", Network), ("rules", Rule), ("rules", Parameter)],
)
def test_every_key_of_a_section_has_a_row_with_its_meaning(section, model):
    text = sections("spec.md")[section]
    for key, info in model.model_fields.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{info.alias or key}` |"))
        assert info.description in row


def test_samplers_executors_and_limits_are_listed():
    found = sections("spec.md")
    for name in SAMPLERS:
        for key, info in SAMPLERS.get(name).model_fields.items():
            assert f"| `{key}` |" in found[name]
            assert info.description in found[name]
    assert all(f"| `{name}` |" in found["executors"] for name in EXECUTORS)
    for name, value in vars(limits).items():
        assert not name.startswith("MAX_") or f"| {value:,} |" in found["limits"]
    assert "MAX_" not in found["limits"], "a limit needs a text under it"
