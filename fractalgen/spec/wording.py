"""Types and values in the words of the rule language, for messages."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel

_LONGEST = 80
_NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def alternatives(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union; any other type hint alone."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    if typing.get_origin(hint) is typing.Annotated:
        return alternatives(typing.get_args(hint)[0])
    return (hint,)


def describe(hint: Any) -> str:
    """Return what a type hint takes: `a whole number`, `one of adamw, sgd`, `a list of 2`."""
    kinds = [kind for kind in alternatives(hint) if kind is not type(None)]
    if len(kinds) > 1:
        return " or ".join(describe(kind) for kind in kinds if not (kind is int and float in kinds))
    (kind,) = kinds
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(arguments)
    if origin is tuple and Ellipsis not in arguments:
        return f"a list of {len(arguments)}"
    if origin in (tuple, list):
        return "a list"
    if origin is dict or (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return "a mapping"
    return _NAMES.get(kind, "a value")


def show(value: object) -> str:
    """Return a value as a spec writes it: text in quotes, null, true and false, cut when long."""
    text = _written(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _written(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) >= 10**18:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f"{value}".replace("nan", ".nan").replace("inf", ".inf")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(value)


def _key(key: object) -> str:
    return key if isinstance(key, str) and key.isprintable() else repr(key)
