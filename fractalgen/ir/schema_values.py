"""Values in the JSON Schema: numbers, words and lists, each of which may also be a formula or a hole."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

Schema = dict[str, Any]

FORMULA: Schema = {"type": "string", "pattern": r"\$", "description": "$name, or ${arithmetic}."}
EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
EXPRESSIONS: Schema = {"$ref": "#/$defs/expressions"}
NAME: Schema = {"type": "string"}
NAMES: Schema = {"type": "array", "items": NAME, "minItems": 1}
WHOLE: Schema = {"type": "integer", "minimum": 0}

_BOUNDS = {"minimum": "minimum", "maximum": "maximum", "below": "exclusiveMaximum"}
_KINDS = {int: "integer", float: "number", bool: "boolean", str: "string", type(None): "null"}


def mapping(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    """Return the schema of a mapping that takes these keys only; without `required` ones a null will do."""
    found: Schema = {"properties": properties, "additionalProperties": False, **more}
    if required:
        return {"type": "object", "required": list(required), **found}
    return {"type": ["object", "null"], **found}


def value(*kinds: Schema, **notes: Any) -> Schema:
    """Return the schema of a value: one of `kinds`, a formula, or a hole that chooses among such."""
    return holed(*kinds, FORMULA, **notes)


def holed(*kinds: Schema, **notes: Any) -> Schema:
    """Return the schema of one of `kinds`, or of a hole that chooses among such; empty `notes` are left out."""
    names = {name for kind in kinds for name in _type_names(kind)}
    holes = [{"$ref": f"#/$defs/{name}_hole"} for name in _holes_for(names)]
    inner = {"anyOf": [*kinds, *holes, {"$ref": "#/$defs/choice"}]}
    choice = mapping({"choice": {"type": "array", "items": inner, "minItems": 1}}, ("choice",))
    return {"anyOf": [*kinds, *holes, choice], **{key: note for key, note in notes.items() if note not in ("", None)}}


def _type_names(kind: Schema) -> typing.Iterator[str]:
    yield kind.get("type", "" if kind else "anything")
    for inner in kind.get("anyOf", ()):
        yield from _type_names(inner)


def _holes_for(names: set[str]) -> tuple[str, ...]:
    if "anything" in names:
        return "int", "float", "list"
    numbers = ("int", "float") if "number" in names else ("int",) if "integer" in names else ()
    return (*numbers, *(("list",) if "array" in names else ()))


def types_of(hint: Any, bounds: Mapping[str, float]) -> list[Schema]:
    """Return the kinds of values that the type hint of a declared field takes."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return [found for part in arguments for found in types_of(part, bounds)]
    if origin is Literal:
        return [{"enum": list(arguments)}]
    if origin is tuple:
        items = value(*types_of(arguments[0], bounds))
        return [{"type": "array", "items": items, "minItems": len(arguments), "maxItems": len(arguments)}]
    limits = {_BOUNDS[key]: bound for key, bound in bounds.items()} if hint in (int, float) else {}
    return [{"type": _KINDS[hint], **limits}]


def value_definitions() -> Schema:
    """Return what the schemas of values refer to: the holes."""
    listed: Schema = {"type": "array", "minItems": 1, "description": "The alternatives."}
    log = {"log": {"type": "boolean", "description": "Search on a logarithmic scale.", "default": False}}
    step = {"type": "integer", "minimum": 1, "description": "Distance of neighbouring values.", "default": 1}
    return {
        "choice": mapping(
            {"choice": listed},
            ("choice",),
            description="One of several values or expressions, which may hold holes of their own.",
            examples=[{"choice": [16, 32, 64]}, {"choice": ["mean", {"concat": {"project": True}}]}],
        ),
        "int_hole": mapping(
            {"int": _ends("integer"), "step": step, **log},
            ("int",),
            description="A whole number.",
            examples=[{"int": [1, 4]}, {"int": [8, 64], "step": 8}, {"int": [1, 1000], "log": True}],
        ),
        "float_hole": mapping(
            {"float": _ends("number"), **log},
            ("float",),
            description="A number of a continuous range, which cannot be enumerated.",
            examples=[{"float": [0, 0.5]}, {"float": [0.001, 1], "log": True}],
        ),
        "list_hole": lists_of({}),
    }


def _ends(kind: str) -> Schema:
    ends = {"type": "array", "items": {"type": kind}, "minItems": 2, "maxItems": 2}
    return {**ends, "description": "The least and the largest value."}


def lists_of(item: Schema) -> Schema:
    """Return the schema of the holes that give lists of `item`."""
    length = {"anyOf": [WHOLE, {"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2}]}
    keys: Schema = {
        "of": {"type": "array", "items": item, "minItems": 1, "description": "The items."},
        "length": {**length, "description": "How many, or the least and the largest number."},
        "at_least": {**WHOLE, "description": "Fewest items.", "default": 0},
        "at_most": {**WHOLE, "description": "Most items; all of them when left out."},
        "holds": {"type": "array", "description": "Items that every list must have."},
    }
    some = ["conv", "relu"]
    return {
        "anyOf": [
            _list(keys, "subset", "of at_least at_most", "Some of the items, in their order.", of=some, at_least=1),
            _list(keys, "prefix", "of length", "The first few of the items.", of=some, length=[1, 2]),
            _list(
                keys, "product", "of length holds", "Any item in each place.", of=some, length=[1, 3], holds=["conv"]
            ),
        ],
    }


def _list(keys: Schema, word: str, names: str, description: str, **example: Any) -> Schema:
    known = {name: keys[name] for name in names.split()}
    required = tuple(name for name in ("of", "length") if name in known)
    return mapping({word: mapping(known, required, description=description)}, (word,), examples=[{word: example}])
