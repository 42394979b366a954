"""Pydantic models over the tree: unknown keys are errors, and every error knows its place."""

from __future__ import annotations

import difflib
import typing
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fractalgen.errors import ParameterError, SpecError, SpecErrors, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.spec.tree import Tree
from fractalgen.spec.wording import alternatives, describe, show


class Model(BaseModel):
    """Base of everything that a spec file can hold besides expressions."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False)


M = TypeVar("M", bound=BaseModel)

_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}
_LENGTHS = {"too_short": ("at least", "min_length"), "too_long": ("at most", "max_length")}


def read_model(model: type[M], tree: Tree) -> M:
    """Return `tree` as `model`; fields annotated as `Tree` keep their tree.

    A value is taken as what YAML says it is: no text or truth value is a number, but 3.0 is a whole one.

    Raises:
        SpecError: it does not fit; several problems come as one `SpecErrors`.
    """
    if not tree.is_map:
        keys = ", ".join(info.alias or name for name, info in model.model_fields.items())
        raise ParameterError(f"must be a mapping, found {show(tree.plain())}", f"Its keys are: {keys}.", tree.place)
    try:
        return model.model_validate(_data(tree, model), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False)
        errors = {str(each): each for item in found if _is_cause(item, found) for each in [_explain(item, model, tree)]}
        raise next(iter(errors.values())) if len(errors) == 1 else SpecErrors(tuple(errors.values())) from None


def _is_cause(item: Any, errors: list[Any]) -> bool:
    """Whether a problem is no mere consequence: a list whose items are wrong is also said to be too short."""
    location = item["loc"]
    inner = (other for other in errors if len(other["loc"]) > len(location))
    return item["type"] not in _LENGTHS or all(other["loc"][: len(location)] != location for other in inner)


def _data(tree: Tree, hint: Any) -> Any:
    """Return plain data for pydantic, with trees left where the model wants trees."""
    kinds = alternatives(hint)
    for kind in kinds:
        if kind is Tree:
            return tree
        if isinstance(kind, type) and issubclass(kind, BaseModel) and tree.is_map:
            return {key: _data(child, _inner(kind, key)) for key, child in tree.items()}
        if typing.get_origin(kind) is dict and tree.is_map:
            return {key: _data(child, _inner(kind, key)) for key, child in tree.items()}
        if typing.get_origin(kind) in (tuple, list) and tree.is_list:
            return typing.get_origin(kind)(_data(child, _inner(kind, 0)) for child in tree.children())
    value = tree.plain()
    if isinstance(value, float) and int in kinds and float not in kinds and value.is_integer():
        return int(value)
    return value


def _inner(hint: Any, key: Any) -> Any:
    """Return the type hint of what stands under `key`; of an unknown key, any."""
    for kind in alternatives(hint):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return next(
                (info.annotation for name, info in kind.model_fields.items() if key == (info.alias or name)), Any
            )
        if typing.get_origin(kind) in (dict, tuple, list):
            return typing.get_args(kind)[1 if typing.get_origin(kind) is dict else 0]
    return hint


def _explain(item: Any, model: type[BaseModel], tree: Tree) -> SpecError:
    location = item["loc"]
    parent, key = _walk(tree, location)
    name = str(location[-1]) if location else ""
    if item["type"] == "extra_forbidden":
        return UnknownNameError(
            f"unknown key {name!r}", suggest(name, _keys(model, location[:-1])), parent.key_place(name)
        )
    if item["type"] == "missing" and isinstance(location[-1], int):
        wanted = describe(_hint_at(model, location[:-1]))
        return ParameterError(f"must be {wanted}, found {show(parent.plain())}", "", parent.place)
    if item["type"] == "missing":
        return ParameterError(f"needs the key {name!r}", "", parent.place)
    found = parent.value[key] if key is not None else parent
    hint = _hint_at(model, location)
    return ParameterError(f"{_demand(item, hint)}, found {show(found.plain())}", _close(found, hint), found.place)


def _demand(item: Any, hint: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]:,.12g}"
    if kind in _LENGTHS:
        words, key = _LENGTHS[kind]
        return f"must have {words} {context[key]} item{'s' * (context[key] > 1)}"
    return f"must be {describe(hint)}"


def _close(found: Tree, hint: Any) -> str:
    """Return which of a few names the found one may stand for; empty when none is close."""
    known = [
        name for kind in alternatives(hint) if typing.get_origin(kind) is Literal for name in typing.get_args(kind)
    ]
    close = difflib.get_close_matches(str(found.value), known, n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


def _hint_at(hint: Any, location: tuple[Any, ...]) -> Any:
    for key in location:
        hint = _inner(hint, key)
    return hint


def _keys(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    return [
        info.alias or name
        for kind in alternatives(_hint_at(model, location))
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, info in kind.model_fields.items()
    ]


def _walk(tree: Tree, location: tuple[Any, ...]) -> tuple[Tree, Any]:
    """Return the innermost tree that holds `location`, and the key in it, or None when it is the tree itself."""
    for depth, key in enumerate(location):
        inside = tree.value if tree.is_map or tree.is_list else {}
        present = (key in inside) if isinstance(inside, dict) else isinstance(key, int) and key < len(inside)
        if not present:
            return tree, None
        if depth == len(location) - 1:
            return tree, key
        tree = inside[key]
    return tree, None
