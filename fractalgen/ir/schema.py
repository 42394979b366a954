"""The rule language as a JSON Schema, for editors: completion, descriptions and red squiggles.

A schema of all specs cannot know the rules and layer parameters of each, so any word passes for an expression. Given a
spec, the rules that it has and imports are checked like built-in ones, and a word must be one of its names; which layer
parameter a rule has is more than a schema can say.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from fractalgen.ir.schema_forms import expression_definitions
from fractalgen.ir.schema_values import EXPRESSION, NAME, NAMES, Schema, holed, mapping, value, value_definitions
from fractalgen.spec import DropPath, Network, Rule, Spec
from fractalgen.spec.data import Data
from fractalgen.spec.document import InputType, Parameter
from fractalgen.spec.load import RuleBook
from fractalgen.spec.search import Search
from fractalgen.spec.train import Train

SECTIONS: dict[str, type[BaseModel]] = {"train": Train, "data": Data, "search": Search, "drop_path": DropPath}
"""The sections of a spec that hold no expressions, each with its model."""

_ONE_TEXT = {"data": "Or one text: a name such as digits, a path, or both as SOURCE:PATH."}
"""Sections that can also be one text, and what it says."""

_WRITTEN_IN_PLACE = mapping({"rules": {"type": "object"}, "import": {"type": "object"}}, ("rules",))
"""An import as a filled spec holds it. Its rules are not looked into: they call each other by names of their own."""

_INNER_VALUES = ("items", "additionalProperties")
_DATA = ("default", "enum", "const", "examples")


def schema(spec: Spec | None = None) -> Schema:
    """Return the JSON Schema (draft 2020-12) of spec files; with `spec`, its rules and imports are known."""
    own = dict(_rules_of(spec.rule_book)) if spec is not None else {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fractalgen spec",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "description": "Shown in tables and pictures."},
            "import": {
                "type": "object",
                "additionalProperties": {"anyOf": [NAME, _WRITTEN_IN_PLACE]},
                "description": "Name -> file of rules, relative to this file; called as name.rule.",
            },
            "network": _network(),
            "rules": {
                "type": "object",
                "additionalProperties": {"$ref": "#/$defs/rule"},
                "description": "Name -> rule of this file.",
            },
            **{name: _section(name, model) for name, model in SECTIONS.items()},
        },
        "$defs": {**value_definitions(), **expression_definitions(own, closed=spec is not None), "rule": _rule()},
    }


def _rules_of(book: RuleBook, prefix: str = "") -> Iterator[tuple[str, Rule]]:
    """Yield the rules of a file and of those that it imports, each with the name by which the file calls it."""
    for name, rule in book.rules.items():
        yield prefix + name, rule
    for name, inner in book.imports.items():
        yield from _rules_of(inner, f"{prefix}{name}.")


def _notes(model: type[BaseModel]) -> dict[str, str]:
    return {info.alias or name: info.description or "" for name, info in model.model_fields.items()}


def _network() -> Schema:
    notes, inner = _notes(Network), _notes(InputType)
    sizes = {"type": "array", "items": holed({"type": "integer", "minimum": 1}), "minItems": 1, "maxItems": 3}
    dtype = holed({"enum": ["float", "int"]}, description=inner["dtype"], default="float")
    typed = mapping({"shape": {**sizes, "description": inner["shape"]}, "dtype": dtype}, ("shape",))
    fields = {
        "input": holed(sizes, typed, description=notes["input"]),
        "body": {**EXPRESSION, "description": notes["body"]},
        "outputs": {**NAMES, "description": notes["outputs"], "default": ["body"]},
    }
    return mapping(fields, ("input", "body"), description="The network itself.")


def _rule() -> Schema:
    kinds = list(typing.get_args(Parameter.model_fields["type"].annotation))
    forms: Schema = {
        "type": {"enum": kinds},
        "default": {},
        "minimum": {"type": "number"},
        "maximum": {"type": "number"},
        "of": {"type": "array"},
        "gives": {"type": "array", "items": NAME},
        "description": NAME,
    }
    parameter = mapping(_described(forms, Parameter), ("type",))
    fields: Schema = {
        "description": NAME,
        "parameters": {"type": "object", "additionalProperties": parameter},
        "inputs": {"type": "array", "items": NAME},
        "levels": value({"type": "integer", "minimum": 1}),
        **dict.fromkeys(("base", "step", "body"), EXPRESSION),
    }
    found = mapping(_described(fields, Rule), description="A rule: its recursion, or a body.")
    recursion = ["levels", "base", "step"]
    alone = {"required": ["body"], "not": {"anyOf": [{"required": [key]} for key in recursion]}}
    return {**found, "type": "object", "oneOf": [alone, {"required": recursion}]}


def _described(forms: Schema, model: type[BaseModel]) -> Schema:
    notes = _notes(model)
    return {name: {**form, "description": notes[name]} for name, form in forms.items()}


def _section(name: str, model: type[BaseModel]) -> Schema:
    """Return the schema of a section, where every value may be a hole."""
    found = model.model_json_schema(by_alias=True)
    definitions = found.pop("$defs", {})
    opened: Schema = _opened(found, definitions)
    if name in _ONE_TEXT:
        opened["type"] = ["object", "string"]
        opened["description"] += f" {_ONE_TEXT[name]}"
    return opened


def _opened(item: Any, definitions: Schema) -> Any:
    """Return a part of a model's schema with its references replaced by what they name, and open to holes."""
    if isinstance(item, list):
        return [_opened(inner, definitions) for inner in item]
    if not isinstance(item, dict):
        return item
    if "$ref" in item:
        named = definitions[item["$ref"].rpartition("/")[2]]
        return _opened({**named, **{key: note for key, note in item.items() if key != "$ref"}}, definitions)
    found = {
        key: inner if key in _DATA else _opened(inner, definitions)
        for key, inner in item.items()
        if key not in ("properties", "title")
    }
    for key in _INNER_VALUES:
        if isinstance(found.get(key), dict):
            found[key] = holed(found[key])
    if "properties" in item:
        found["properties"] = {key: _field(inner, definitions) for key, inner in item["properties"].items()}
    return found


def _field(item: Schema, definitions: Schema) -> Schema:
    opened = _opened(item, definitions)
    notes = {key: opened.pop(key) for key in ("description", "default") if key in opened}
    if isinstance(notes.get("default"), dict):
        notes["default"] = {key: inner for key, inner in notes["default"].items() if inner is not None}
    return holed(opened, **notes)
