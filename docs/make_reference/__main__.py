"""Schema, tables of parts, built-in rules -> docs/reference: every word of the language on a page.

`make reference` writes the pages; a test checks that they are current. Nothing here names an op, a join, a rule or a
key: whatever is registered or declared appears.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from pages import HOLES, code, contents, markdown_table, network, page
from probes import example_call, sizes_of_connection, sizes_of_join, sizes_of_op, sizes_of_rule
from schema_tables import Schema, inner_mappings, keys_of, table, takes
from spec_page import spec_page

from fractalgen.ir.arguments import SHARE
from fractalgen.ir.builtin_rules import builtin_library, builtin_names
from fractalgen.ir.buses import CONNECTIONS
from fractalgen.ir.evaluate_bus import STREAMS
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import Part
from fractalgen.ir.schema import schema
from fractalgen.spec import formula
from fractalgen.spec.parse_expression import EXPRESSION_WORDS, names_in

SCHEMA = schema()
FORMS: Schema = SCHEMA["$defs"]["expression"]["anyOf"][-1]["properties"]
JOIN_FORMS: Schema = SCHEMA["$defs"]["join"]["anyOf"][1]["properties"]
CONNECTION_FORMS: Schema = SCHEMA["$defs"]["connection"]["anyOf"][1]["properties"]


def text_of(part: type[Part]) -> list[str]:
    """Return what a part is: the line of its file, then its own text."""
    first = (inspect.getdoc(inspect.getmodule(part)) or "").splitlines()[:1]
    return [*first, "", *(inspect.getdoc(part) or "").splitlines(), ""]


def cost_of(part: type[Part]) -> list[str]:
    """Return what a part says that it costs, where it says something of its own."""
    if "cost" not in vars(part):
        return []
    line = (inspect.getdoc(part.cost) or "").splitlines()[0]
    return [f"Cost: {line.removeprefix('Count ')}", ""]


def expressions_page() -> str:
    """Return the words of the language."""
    words = [name for name in FORMS if name in EXPRESSION_WORDS]
    lead = (
        "Whatever builds structure is an expression: one word, or a mapping with one key. The key is a word of this "
        "page, an [op](ops.md), a [rule](rules.md) or a layer parameter. [The language](../language.md) explains them "
        "in order."
    )
    return page("Expressions", lead, contents(words), *(_word(name) for name in words), _formulas())


def _word(name: str) -> list[str]:
    form = FORMS[name]
    lines = [f"## {name}", "", form["description"], ""]
    if not keys_of(form) and takes(form) not in ("a mapping", "anything"):
        lines += [f"Takes {takes(form)}.", ""]
    lines += table(form)
    for path, inner in inner_mappings(form, name):
        lines += [f"Under `{path}`:", "", *table(inner)]
    for example in form.get("examples", []):
        lines += network(example, "[8, 16, 16]")
    users = [rule for rule in builtin_names() if name in _words_of_rule(rule)]
    links = ", ".join(f"[{rule}](rules.md#{rule})" for rule in users)
    return [*lines, *([f"Built-in rules with it: {links}.", ""] if users else [])]


def _words_of_rule(name: str) -> set[str]:
    rule = builtin_library(name).rules[name]
    return {word for tree in (rule.base, rule.step, rule.body) if tree is not None for word in names_in(tree)}


def _formulas() -> list[str]:
    return ["## Formulas", "", *(inspect.getdoc(formula) or "").splitlines(), ""]


def ops_page() -> str:
    """Return every op."""
    lead = (
        "An op is one node of the graph. Sizes are those of one sample: an image is (channels, height, width), a "
        f"sequence (length, channels), a vector (channels). {HOLES} Every op also takes the key `{SHARE}`: ops with "
        "one key have one set of weights. [How to add an op](../how-to/op.md)."
    )
    return page("Ops", lead, contents(list(OPS)), *(_op(name) for name in OPS))


def _op(name: str) -> list[str]:
    part = OPS.get(name)
    arguments, rows = sizes_of_op(name)
    marks = [
        *(["counts as a layer in `depth`"] if part.depth else []),
        *(["draws random numbers in training"] if part.stochastic is True else []),
        *(["twice in a row is the same as once"] if part.idempotent is True else []),
    ]
    return [
        f"## {name}",
        "",
        *text_of(part),
        *table({**FORMS[name], "properties": {k: v for k, v in keys_of(FORMS[name]).items() if k != SHARE}}),
        *cost_of(part),
        *([f"It {', and '.join(marks)}.", ""] if marks else []),
        f"What {code(example_call(name, arguments))} does to one sample:",
        "",
        *markdown_table(("in", "out", "parameters", "MACs"), [row.cells for row in rows]),
        "",
        *network(example_call(name, arguments), rows[0].input),
    ]


def joins_page() -> str:
    """Return every join."""
    lead = (
        "A join merges branches that read the same input. Its name stands as `mode`, or with keys as a mapping. "
        "Drop-path leaves out branches of a join that says `droppable: true`; the join is then over the survivors, and "
        f"a lone one passes as itself. {HOLES} [How to add a join](../how-to/join.md)."
    )
    return page("Joins", lead, contents(list(JOINS)), *(_join(name) for name in JOINS))


def _join(name: str) -> list[str]:
    part = JOINS.get(name)
    rows = sizes_of_join(name)
    body = {"mode": rows[0].mode, "branches": ["conv", "conv", "identity"]}
    headings = ("mode", "out", "parameters", "of a lone survivor", "MACs", "droppable", "order of branches")
    return [
        f"## {name}",
        "",
        *text_of(part),
        *table(JOIN_FORMS[name]),
        *cost_of(part),
        "Of three branches of 32x8x8:",
        "",
        *markdown_table(headings, [row.cells for row in rows]),
        "",
        *network({"join": {**body, **({"droppable": True} if rows[0].droppable else {})}}, "[32, 8, 8]"),
    ]


def buses_page() -> str:
    """Return every kind of hyper-connection."""
    lead = (
        "A connection decides how the sites of a [residual_bus](expressions.md#residual_bus) read, write and mix its "
        f"streams. Its name stands as `kind`, or with keys as a mapping. {HOLES} "
        "[How the streams are a graph](../why/residual-bus.md)."
    )
    return page("Residual buses", lead, contents(list(CONNECTIONS)), *(_connection(name) for name in CONNECTIONS))


def _connection(name: str) -> list[str]:
    part = CONNECTIONS.get(name)
    bus = {"kind": name, "body": {"site": {"sequence": ["layer_norm", "conv"]}}}
    headings = ("kind", "stream", "weights", "parameters", "MACs")
    return [
        f"## {name}",
        "",
        *text_of(part),
        *table(CONNECTION_FORMS[name]),
        *cost_of(part),
        f"What the weights of one site with {STREAMS} streams take; reading and writing come on top:",
        "",
        *markdown_table(headings, sizes_of_connection(name)),
        "",
        *network({"residual_bus": bus}, "[32, 8, 8]"),
    ]


def rules_page() -> str:
    """Return every built-in rule with its source."""
    lead = (
        "The built-in rules are written in the language itself, one file each. Copy one into your spec under another "
        f"name to change it. A layer takes any expression, a join any [join](joins.md). {HOLES} "
        "[How to add a rule](../how-to/rule.md)."
    )
    return page("Built-in rules", lead, contents(list(builtin_names())), *(_rule(name) for name in builtin_names()))


def _rule(name: str) -> list[str]:
    source = (resources.files("fractalgen.rules") / f"{name}.yaml").read_text(encoding="utf-8")
    found = sizes_of_rule(name)
    return [
        f"## {name}",
        "",
        builtin_library(name).rules[name].description,
        "",
        *table(FORMS[name], "parameter"),
        f"{found.sentence}:",
        "",
        *network(found.call, found.input),
        f"The rule, `fractalgen/rules/{name}.yaml`:",
        "",
        "```yaml",
        *source.splitlines(),
        "```",
        "",
    ]


PAGES: dict[str, Callable[[], str]] = {
    "expressions.md": expressions_page,
    "ops.md": ops_page,
    "joins.md": joins_page,
    "buses.md": buses_page,
    "rules.md": rules_page,
    "spec.md": spec_page,
}


def main(folder: Path) -> None:
    """Write every page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (folder / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "reference")
