"""The page of a spec's sections, with samplers, pruners, executors, figures, holes and limits."""

from __future__ import annotations

import ast
import inspect

from pages import code, contents, markdown_table, page
from pydantic import BaseModel
from schema_tables import Schema, inner_mappings, keys_of, table

from fractalgen.ir.field_notes import texts_under
from fractalgen.ir.schema import SECTIONS, schema
from fractalgen.spec import limits

SCHEMA = schema()


def spec_page() -> str:
    """Return the sections of a spec, holes and limits."""
    rule: Schema = SCHEMA["$defs"]["rule"]
    lead = "A spec is one YAML file with these keys; each command reads what it needs."
    sections = [name for name in SCHEMA["properties"] if keys_of(SCHEMA["properties"][name])]
    return page(
        "The spec file",
        lead,
        contents([*sections, "rules", "samplers", "pruners", "proxies", "executors", "figures", "holes", "limits"]),
        table(SCHEMA),
        *(_section(name, SCHEMA["properties"][name]) for name in sections),
        _section("rules", rule),
        _samplers(),
        _pruners(),
        _proxies(),
        _executors(),
        _figures(),
        _holes(),
        _limits(),
    )


def _section(name: str, form: Schema) -> list[str]:
    note = " Every value can also be a hole." if name in SECTIONS else ""
    lines = [f"## {name}", "", f"{form['description']}{note}", "", *table(form)]
    for path, inner in inner_mappings(form, name):
        about = f": {inner['description']}" if "description" in inner else ":"
        lines += [f"Under `{path}`{about}", "", *table(inner)]
    return lines


def _samplers() -> list[str]:
    from fractalgen.search.samplers import SAMPLERS

    lines = ["## samplers", "", "`search.sampler` is one of these names, or one name with its options.", ""]
    return [*lines, *(line for name in SAMPLERS for line in _options(name, SAMPLERS.get(name)))]


def _pruners() -> list[str]:
    from fractalgen.search.pruners import PRUNERS

    lines = ["## pruners", "", "`search.pruner` is one of these names, or one name with its options.", ""]
    return [*lines, *(line for name in PRUNERS for line in _options(name, PRUNERS.get(name)))]


def _options(name: str, found: type[BaseModel]) -> list[str]:
    return [f"### {name}", "", *(inspect.getdoc(found) or "").splitlines(), "", *table(found.model_json_schema())]


def _proxies() -> list[str]:
    from fractalgen.search.proxies import PROXIES

    lines = [
        "## proxies",
        "",
        "Objectives, or the filter of a search in `search.filter`: figures of untrained networks.",
        "",
    ]
    for name in PROXIES:
        lines += [f"### {name}", "", *(inspect.getdoc(PROXIES.get(name)) or "").splitlines(), ""]
    return lines


def _executors() -> list[str]:
    from fractalgen.search.executors import EXECUTORS

    rows = [(f"`{name}`", (inspect.getdoc(EXECUTORS.get(name)) or "").splitlines()[0]) for name in EXECUTORS]
    return ["## executors", "", "`search.executor` is one of:", "", *markdown_table(("name", "meaning"), rows), ""]


def _figures() -> list[str]:
    from fractalgen.search import candidate
    from fractalgen.search.evaluation import TrainEvaluation

    run = TrainEvaluation(latency=True).metrics
    return [
        "## figures",
        "",
        f"An objective or a constraint names a figure of the graph, {', '.join(map(code, candidate.FIGURES))}, or "
        f"one of the run, {', '.join(map(code, run))}. An objective can also be a [proxy](#proxies).",
        "",
    ]


def _holes() -> list[str]:
    definitions: Schema = SCHEMA["$defs"]
    lines = [
        "## holes",
        "",
        "A hole stands in place of a value or an expression; a file with holes is a search space. A hole inside an "
        "alternative exists only when that alternative is chosen.",
        "",
    ]
    for name in (key for key in definitions if key == "choice" or key.endswith("_hole")):
        for form in definitions[name].get("anyOf", [definitions[name]]):
            word = next(iter(keys_of(form)))
            inside = keys_of(form)[word]
            shown = inside if keys_of(inside) else form
            examples = ", ".join(code(example) for example in form["examples"])
            lines += [f"### {word}", "", f"{shown['description']} For example {examples}.", "", *table(shown)]
    return lines


def _limits() -> list[str]:
    texts = texts_under(ast.parse(inspect.getsource(limits)).body)
    rows = [(texts.get(name, name), f"{value:,}") for name, value in vars(limits).items() if name.startswith("MAX_")]
    lead = "A spec past a limit is refused with the figure and the limit, before any work is done."
    return ["## limits", "", lead, "", *markdown_table(("what", "at most"), rows), ""]
