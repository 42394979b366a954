"""Where a value was written: behind the names that carry it into rules."""

from __future__ import annotations

import ast
from typing import Any

from fractalgen.errors import Place
from fractalgen.ir.environment import Environment
from fractalgen.spec.formula import formula_of
from fractalgen.spec.tree import Tree


def origin(tree: Tree, environment: Environment) -> Place:
    """Return the place of the value that `tree` has: of `$name`, the argument of the call around it that gave it."""
    found, caller = tree, environment.caller
    while caller is not None and (name := _reference(found)) in caller.arguments:
        found, caller = caller.arguments[name], caller.outer
    named = environment.names.get(_reference(tree))
    # A loop or an override may have given the name another value.
    return found.place if _reference(found) or _holds_formula(found) or _same(found, named) else tree.place


def _reference(tree: Tree) -> str:
    """Return the name that `$name` or `${name}` reads; empty for anything else."""
    formula = formula_of(tree.value, tree.place) if isinstance(tree.value, str) else None
    parts = formula.parts if formula is not None else ()
    return parts[0].id if len(parts) == 1 and isinstance(parts[0], ast.Name) else ""


def _holds_formula(tree: Tree) -> bool:
    return "$" in tree.text()


def _same(tree: Tree, value: Any) -> bool:
    plain = tree.plain()
    return bool(plain == (list(value) if isinstance(value, tuple) else value))
