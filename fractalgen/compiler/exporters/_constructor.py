"""Modules by their paths -> the lines of a constructor that makes them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import cast

from fractalgen.compiler.exporters._calls import Call

WIDTH = 108
_Tree = dict[str, "Call | _Tree"]


def constructor_lines(calls: Mapping[str, Call], chains: Container[str], made: Mapping[str, Call]) -> Iterator[str]:
    """Yield the lines that make each module.

    Args:
        calls: What makes each module, by its path.
        chains: Paths whose modules run one after another.
        made: Paths that one call makes with all below them.
    """
    tree: _Tree = {}
    for path, call in calls.items():
        parent = path.rpartition(".")[0]
        _insert(tree, parent if parent in made else path, made.get(parent, call))
    for name, value in tree.items():
        yield from _written(f"self.{name} = ", value, name, chains, "")


def _insert(tree: _Tree, path: str, call: Call) -> None:
    *scopes, name = path.split(".")
    for scope in scopes:
        tree = cast("_Tree", tree.setdefault(scope, {}))
    tree[name] = call


def _written(prefix: str, value: Call | _Tree, path: str, chains: Container[str], end: str) -> Iterator[str]:
    if isinstance(value, Call):
        yield f"{prefix}{value}{end}"
        return
    numbered = all(name.isdigit() for name in value)
    before, after = ("nn.ModuleDict({", "})") if numbered else ("chain(" if path in chains else "group(", ")")
    names = {name: f'"{name}": ' if numbered else f"{name}=" for name in value}
    short = prefix + before + ", ".join(f"{names[name]}{inner}" for name, inner in value.items()) + after + end
    if len(short) <= WIDTH and all(isinstance(inner, Call) for inner in value.values()):
        yield short
        return
    yield prefix + before
    for name, inner in value.items():
        for line in _written(names[name], inner, f"{path}.{name}", chains, ","):
            yield f"    {line}"
    yield after + end
