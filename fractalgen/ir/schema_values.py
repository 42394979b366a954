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
    anything: Schema = {"type": "array", "minItems": 1}
    log = {"log": {"type": "boolean", "description": "Search on a logarithmic scale."}}
    step = {"step": {"type": "integer", "minimum": 1, "description": "Distance of neighbouring values."}}
    return {
        "choice": mapping({"choice": anything}, ("choice",), description="A hole: one of a list."),
        "int_hole": mapping({"int": _ends("integer"), **step, **log}, ("int",), description="A hole: a whole number."),
        "float_hole": mapping({"float": _ends("number"), **log}, ("float",), description="A hole: a number."),
        "list_hole": lists_of({}),
    }


def _ends(kind: str) -> Schema:
    return {"type": "array", "items": {"type": kind}, "minItems": 2, "maxItems": 2, "description": "[low, high]."}


def lists_of(item: Schema) -> Schema:
    """Return the schema of the holes that give lists of `item`."""
    ends = {"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2}
    length = {"anyOf": [WHOLE, ends], "description": "Its length, or [low, high]."}
    of = {"type": "array", "items": item, "minItems": 1, "description": "What a list is made of."}
    subset = mapping({"of": of, "at_least": WHOLE, "at_most": WHOLE}, ("of",), description="Some of them, in order.")
    prefix = mapping({"of": of, "length": length}, ("of", "length"), description="The first few.")
    holds = {"type": "array", "description": "What each list must contain."}
    words = mapping(
        {"of": of, "length": length, "holds": holds}, ("of", "length"), description="Each place has any of them."
    )
    forms = {"subset": subset, "prefix": prefix, "product": words}
    return {
        "description": "A hole: a list.",
        "anyOf": [mapping({name: form}, (name,)) for name, form in forms.items()],
    }
