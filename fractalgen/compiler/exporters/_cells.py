"""Rule calls that are a plain chain of ops: one call in exported code, and one function for those that are alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count, pairwise

from torch import fx

from fractalgen.compiler.exporters._calls import Argument, Call
from fractalgen.compiler.static.draft import Draft
from fractalgen.ir.graph import Scope

Members = Mapping[str, Call]
"""Name in the chain -> the call that makes it."""


def call_cells(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Write one call for each chain; return the paths of its modules by that of the chain."""
    scopes: dict[int, list[fx.Node]] = {}
    parents, callers = set(), draft.callers()
    for node in draft.code.nodes:
        origin = draft.node_of(node)
        scope = None if origin is None else origin.scope
        if scope is not None:
            scopes.setdefault(id(scope), []).append(node)
            parents |= {id(each) for each in _around(scope.parent)}
    cells = {}
    for key, nodes in scopes.items():
        if key not in parents and _is_chain(draft, nodes, callers):
            paths = tuple(str(node.target) for node in nodes)
            path = paths[0].rpartition(".")[0]
            cells[path] = paths
            _join_up(draft, nodes, path)
    return cells


@dataclass(frozen=True)
class Maker:
    """A function that makes cells which differ in some numbers alone.

    Attributes:
        name: Its name.
        parameters: Name -> type, as written.
        members: What it makes, in terms of its parameters.
    """

    name: str
    parameters: Mapping[str, str]
    members: Members


def makers(cells: Mapping[str, Members], taken: Iterable[str]) -> tuple[list[Maker], dict[str, Call]]:
    """Return functions for cells that occur more than once, and by the path of each such cell the call that makes it.

    Args:
        cells: Members by the path of the cell.
        taken: Names that no function may have.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for path, members in cells.items():
        kinds = [f"{name}={call.name}" for name, call in members.items()]
        alike.setdefault((_rule(path), *kinds), []).append(path)
    forms = Counter(rule for rule, *_ in alike)
    names, found = set(taken), []
    calls: dict[str, Call] = {}
    for (rule, *_), paths in alike.items():
        if len(paths) > 1:
            name = _free(rule if forms[rule] == 1 else "_".join(cells[paths[0]]), names)
            names.add(name)
            maker, arguments = _maker(name, [cells[path] for path in paths])
            found.append(maker)
            calls |= {path: Call(name, given) for path, given in zip(paths, arguments, strict=True)}
    return found, calls


def _around(scope: Scope | None) -> list[Scope]:
    return [] if scope is None else [scope, *_around(scope.parent)]


def _is_chain(draft: Draft, nodes: list[fx.Node], callers: Mapping[str, int]) -> bool:
    linked = all(list(before.users) == [after] and after.args == (before,) for before, after in pairwise(nodes))
    return len(nodes) > 1 and linked and all(_stands_alone(draft, node, callers) for node in nodes)


def _stands_alone(draft: Draft, node: fx.Node, callers: Mapping[str, int]) -> bool:
    """Return whether a node calls an op's module that nobody else calls."""
    origin = draft.node_of(node)
    own = node.op == "call_module" and node.target == node.meta["path"] and callers[str(node.target)] == 1
    return own and origin is not None and not origin.is_join


def _join_up(draft: Draft, nodes: list[fx.Node], path: str) -> None:
    last = nodes[-1]
    last.target, last.args = path, nodes[0].args
    for node in reversed(nodes[:-1]):
        draft.code.erase_node(node)


def _rule(path: str) -> str:
    return re.sub(r"_\d+$", "", path.rpartition(".")[2])


def _free(wanted: str, taken: Container[str]) -> str:
    return next(name for name in chain([wanted], (f"{wanted}_{n}" for n in count(2))) if name not in taken)


def _maker(name: str, alike: list[Members]) -> tuple[Maker, list[tuple[Argument, ...]]]:
    """Return the function for cells of one form, and its arguments for each."""
    parameters: dict[tuple[str, ...], str] = {}
    types: dict[str, str] = {}
    members = {}
    for member, call in alike[0].items():
        texts = {}
        for place, argument in enumerate(call.arguments):
            each = [cell[member].arguments[place] for cell in alike]
            column = tuple(one.text for one in each)
            if len(set(column)) == 1:
                continue
            if column not in parameters:
                parameters[column] = _free(argument.name, types)
                types[parameters[column]] = " | ".join(sorted({_type(one.value) for one in each}))
            texts[argument.name] = parameters[column]
        members[member] = call.with_texts(texts)
    rows = [
        tuple(Argument(parameter, False, None, column[row]) for column, parameter in parameters.items())
        for row in range(len(alike))
    ]
    return Maker(name, types, members), rows


def _type(value: object) -> str:
    return f"tuple[{', '.join(map(_type, value))}]" if isinstance(value, tuple) else type(value).__name__
