"""Pydantic models over the tree: unknown keys are errors, and every error knows its place."""

from __future__ import annotations

import types
import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fractalgen.errors import ParameterError, SpecError, SpecErrors, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.spec.tree import Tree


class Model(BaseModel):
    """Base of everything that a spec file can hold besides expressions."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


M = TypeVar("M", bound=BaseModel)


def read_model(model: type[M], tree: Tree) -> M:
    """Return `tree` as `model`; fields annotated as `Tree` keep their tree.

    Raises:
        SpecError: it does not fit; several problems come as one `SpecErrors`.
    """
    if not tree.is_map:
        keys = ", ".join(info.alias or name for name, info in model.model_fields.items())
        raise ParameterError(f"needs a mapping, found {tree.text()!r}", f"Its keys are: {keys}.", tree.place)
    try:
        return model.model_validate(_data(tree, model))
    except ValidationError as error:
        errors = tuple(_explain(item, model, tree) for item in error.errors(include_url=False))
        raise errors[0] if len(errors) == 1 else SpecErrors(errors) from None


def _data(tree: Tree, hint: Any) -> Any:
    """Return plain data for pydantic, with trees left where the model wants trees."""
    for kind in _alternatives(hint):
        if kind is Tree:
            return tree
        if isinstance(kind, type) and issubclass(kind, BaseModel) and tree.is_map:
            hints = {name: info.annotation for name, info in kind.model_fields.items()}
            hints |= {i.alias: i.annotation for i in kind.model_fields.values() if i.alias}
            return {key: _data(child, hints.get(key, object)) for key, child in tree.items()}
        if typing.get_origin(kind) is dict and tree.is_map:
            inner = typing.get_args(kind)[1]
            return {key: _data(child, inner) for key, child in tree.items()}
        if typing.get_origin(kind) in (tuple, list) and tree.is_list:
            inner = typing.get_args(kind)[0]
            items = [_data(child, inner) for child in tree.children()]
            return tuple(items) if typing.get_origin(kind) is tuple else items
    return tree.plain()


def _alternatives(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    if typing.get_origin(hint) is typing.Annotated:
        return _alternatives(typing.get_args(hint)[0])
    return (hint,)


def _explain(item: Any, model: type[BaseModel], tree: Tree) -> SpecError:
    location = item["loc"]
    parent, key = _walk(tree, location)
    name = str(location[-1]) if location else ""
    if item["type"] == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        return UnknownNameError(f"unknown key {name!r}", suggest(name, known), parent.key_place(name))
    if item["type"] == "missing":
        return ParameterError(f"needs the key {name!r}", "", parent.place)
    found = parent.value[key] if key is not None else parent
    message = item["msg"].removeprefix("Value error, ").removeprefix("Input ").rstrip(".")
    return ParameterError(f"{message}, found {found.text()}", "", found.place)


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


def _known_keys(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    hint: Any = model
    for key in location:
        for kind in _alternatives(hint):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                names = {(info.alias or name): info.annotation for name, info in kind.model_fields.items()}
                hint = names.get(str(key), kind)
                break
            if typing.get_args(kind):
                hint = typing.get_args(kind)[-1 if typing.get_origin(kind) is dict else 0]
                break
    for kind in _alternatives(hint):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return [info.alias or name for name, info in kind.model_fields.items()]
    return []
