"""The rule language as a JSON Schema, for editors: completion, descriptions and red squiggles.

A schema cannot know which name is a layer parameter in which rule, so a bare word passes where an expression stands; a
mapping must name a word of the language, an op or a rule. Given a spec, its own rules are checked like built-in ones.
"""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import MISSING
from typing import Any, Literal

from pydantic import BaseModel

from fractalgen.ir.arguments import SHARE
from fractalgen.ir.builtin_rules import builtin_library, builtin_names
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import Part, declared
from fractalgen.spec import DropPath, Rule, Spec
from fractalgen.spec.data import Data
from fractalgen.spec.document import Parameter
from fractalgen.spec.search import Search
from fractalgen.spec.train import Train

Schema = dict[str, Any]

_EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
_LIST_OR_HOLE: Schema = {"$ref": "#/$defs/hole"}
_FORMULA: Schema = {"type": "string", "pattern": r"\$", "description": "$name, or ${arithmetic}."}


def schema(spec: Spec | None = None) -> Schema:
    """Return the JSON Schema (draft 2020-12) of spec files; with `spec`, its own rules are known."""
    own = dict(spec.rules) if spec is not None else {}
    closed = spec is not None and not spec.rule_book.imports
    sections: dict[str, type[BaseModel]] = {"train": Train, "data": Data, "search": Search, "drop_path": DropPath}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fractalgen spec",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "description": "Shown in tables and pictures."},
            "import": {"type": "object", "description": "Name -> file of rules, relative to this file."},
            "network": _network(),
            "rules": {"type": "object", "additionalProperties": {"$ref": "#/$defs/rule"}},
            **{name: _section(model) for name, model in sections.items()},
        },
        "$defs": {
            "hole": _hole(),
            "expression": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/hole"}, _forms(own, closed=closed)]},
            "join": _joins(),
            "rule": _rule(),
        },
    }


def _object(properties: Schema, required: tuple[str, ...] = (), *, more: bool = False) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": more}
    return {**found, "required": list(required)} if required else found


def _value(*alternatives: Schema, description: str = "") -> Schema:
    """Return the schema of a value, which may also be a formula or a hole."""
    found: Schema = {"anyOf": [*alternatives, _FORMULA, {"$ref": "#/$defs/hole"}]}
    return {**found, "description": description} if description else found


def _network() -> Schema:
    sizes = {"type": "array", "items": _value({"type": "integer", "minimum": 1}), "minItems": 1, "maxItems": 3}
    typed = _object({"shape": sizes, "dtype": {"enum": ["float", "int"]}}, ("shape",))
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return _object({"input": {"anyOf": [sizes, typed]}, "body": _EXPRESSION, "outputs": names}, ("input", "body"))


def _hole() -> Schema:
    anything: Schema = {"type": "array", "minItems": 1}
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    length = {"anyOf": [{"type": "integer"}, numbers]}
    count = {"type": "integer", "minimum": 0}
    return {
        "description": "A hole: what a search may choose.",
        "anyOf": [
            _object({"choice": anything}, ("choice",)),
            _object({"int": numbers, "step": {"type": "integer"}, "log": {"type": "boolean"}}, ("int",)),
            _object({"float": numbers, "log": {"type": "boolean"}}, ("float",)),
            _object({"subset": _object({"of": anything, "at_least": count, "at_most": count}, ("of",))}, ("subset",)),
            _object({"prefix": _object({"of": anything, "length": length}, ("of", "length"))}, ("prefix",)),
            _object(
                {"product": _object({"of": anything, "length": length, "holds": anything}, ("of", "length"))},
                ("product",),
            ),
        ],
    }


def _forms(own: dict[str, Rule], *, closed: bool) -> Schema:
    """Return the mapping with one key that an expression can be."""
    parts = {name: _part(OPS.get(name)) for name in OPS}
    for part in parts.values():
        part["properties"][SHARE] = {"type": "string", "description": "Ops with one key have one set of weights."}
    builtin = {name: _call(builtin_library(name).rules[name]) for name in builtin_names()}
    layers = {
        name: _object(dict.fromkeys(item.gives, _value({})))
        for rule in own.values()
        for name, item in rule.parameters.items()
        if item.type == "layer"
    }
    known = {**parts, **builtin, **layers, **{name: _call(rule) for name, rule in own.items()}, **_words()}
    others: bool | Schema = False if closed else {"type": ["object", "null"]}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": known,
        "additionalProperties": others,
    }


def _words() -> Schema:
    expressions = {"anyOf": [{"type": "array", "items": _EXPRESSION, "minItems": 1}, _LIST_OR_HOLE]}
    whole = _value({"type": "integer", "minimum": 0})
    name = {"type": "string"}
    lists = {"type": "object", "minProperties": 1}
    repeat = _object({"times": whole, "as": name, "body": _EXPRESSION}, ("times", "body"))
    foreach = _object({"over": lists, "as": name, "body": _EXPRESSION}, ("over", "body"))
    rounds = {"anyOf": [_object({"repeat": repeat}, ("repeat",)), _object({"foreach": foreach}, ("foreach",))]}
    join = {
        "mode": {"$ref": "#/$defs/join"},
        "branches": {"anyOf": [expressions, rounds]},
        "droppable": _value({"type": "boolean"}),
        "adapt": _value({"enum": ["error", "project"]}),
    }
    source = {"anyOf": [name, {"type": "array", "items": name, "minItems": 1}, _LIST_OR_HOLE]}
    node = _object({"of": _EXPRESSION, "from": source}, ("of", "from"))
    nodes = {"type": "object", "additionalProperties": node, "minProperties": 1}
    return {
        "sequence": {**expressions, "description": "One after another."},
        "join": {**_object(join, ("mode",)), "description": "Branches that read one input, merged."},
        "repeat": {**repeat, "description": "A body several times."},
        "foreach": {**foreach, "description": "A body once for each item of lists walked together."},
        "recurse": {"type": ["object", "null"], "description": "The rule one level down."},
        "tap": {**_object({"name": name, "of": _EXPRESSION}, ("name", "of")), "description": "A value with a name."},
        "from": {**name, "description": "The value of a tap."},
        "graph": {
            **_object({"nodes": nodes, "output": name}, ("nodes", "output")),
            "description": "Named nodes with edges.",
        },
    }


def _joins() -> Schema:
    names: Schema = {"enum": list(JOINS)}
    parts = {name: _part(JOINS.get(name)) for name in JOINS}
    one = {"type": "object", "minProperties": 1, "maxProperties": 1, "properties": parts, "additionalProperties": False}
    return _value(names, one, description="How branches are merged.")


def _part(part: type[Part]) -> Schema:
    fields = {name: _value(*_types(hint, item.metadata)) for name, (hint, item) in declared(part).items()}
    required = tuple(name for name, (_, item) in declared(part).items() if item.default is MISSING)
    found = {**_object(fields, required), "description": (inspect.getdoc(part) or "").splitlines()[0]}
    return found if required else {**found, "type": ["object", "null"]}


def _types(hint: Any, bounds: typing.Mapping[str, float]) -> list[Schema]:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return [found for part in typing.get_args(hint) for found in _types(part, bounds)]
    if origin is Literal:
        return [{"enum": list(typing.get_args(hint))}]
    if origin is tuple:
        count = len(typing.get_args(hint))
        return [{"type": "array", "items": {"type": "integer"}, "minItems": count, "maxItems": count}]
    if hint is type(None):
        return [{"type": "null"}]
    kind = {int: "integer", float: "number", bool: "boolean", str: "string"}[hint]
    names = {"minimum": "minimum", "maximum": "maximum", "below": "exclusiveMaximum"}
    limits = {names[key]: value for key, value in bounds.items()} if kind in ("integer", "number") else {}
    return [{"type": kind, **limits}]


def _call(rule: Rule) -> Schema:
    fields = {name: _argument(item) for name, item in rule.parameters.items()}
    required = tuple(name for name, item in rule.parameters.items() if item.default is None)
    found = {**_object(fields, required), "description": rule.description or "A rule of this file."}
    return found if required else {**found, "type": ["object", "null"]}


def _argument(item: Parameter) -> Schema:
    note = item.description
    if item.type == "layer":
        return {**_EXPRESSION, "description": note} if note else _EXPRESSION
    if item.type == "join":
        return {"$ref": "#/$defs/join"}
    if item.type == "choice":
        return _value({"enum": list(item.of)}, description=note)
    kind = {"int": "integer", "float": "number", "bool": "boolean", "list": "array"}[item.type]
    limits = {"minimum": item.minimum, "maximum": item.maximum}
    bounds = {key: value for key, value in limits.items() if value is not None}
    optional: list[Schema] = [{"type": "null"}] if item.default is not None and item.default.value is None else []
    return _value({"type": kind, **bounds}, *optional, description=note)


def _rule() -> Schema:
    kinds = list(typing.get_args(Parameter.model_fields["type"].annotation))
    parameter = _object(
        {
            "type": {"enum": kinds},
            "default": {},
            "minimum": {"type": "number"},
            "maximum": {"type": "number"},
            "of": {"type": "array"},
            "gives": {"type": "array", "items": {"type": "string"}},
            "description": {"type": "string"},
        },
        ("type",),
    )
    notes = {name: info.description or "" for name, info in Rule.model_fields.items()}
    fields: Schema = {
        "description": {"type": "string"},
        "parameters": {"type": "object", "additionalProperties": parameter},
        "inputs": {"type": "array", "items": {"type": "string"}},
        "levels": _value({"type": "integer", "minimum": 1}),
        **dict.fromkeys(("base", "step", "body"), _EXPRESSION),
    }
    return _object({name: {**found, "description": notes[name]} for name, found in fields.items()})


def _section(model: type[BaseModel]) -> Schema:
    """Return the schema of a section, where every value may be a hole."""
    found = model.model_json_schema(by_alias=True)
    definitions = found.pop("$defs", {})
    found["properties"] = {
        name: {"anyOf": [_inlined(item, definitions), _LIST_OR_HOLE], "description": item.get("description", "")}
        for name, item in found["properties"].items()
    }
    return found


def _inlined(item: Any, definitions: Schema) -> Any:
    """Return a part of a model's schema with its references replaced by what they name."""
    if isinstance(item, dict):
        if "$ref" in item:
            return _inlined(definitions[item["$ref"].rpartition("/")[2]], definitions)
        return {key: _inlined(value, definitions) for key, value in item.items()}
    return [_inlined(value, definitions) for value in item] if isinstance(item, list) else item
