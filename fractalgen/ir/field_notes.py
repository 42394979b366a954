"""What the fields of ops and joins mean: the texts that stand under them in the source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise


@cache
def field_notes(part: type) -> dict[str, str]:
    """Return each field of a class and of its bases that has a text under it, with that text.

    A class without source, such as one that was made while running, has no notes of its own.
    """
    notes: dict[str, str] = {}
    for base in reversed(part.__mro__[:-1]):
        notes |= _own_notes(base)
    return notes


@cache
def _own_notes(part: type) -> dict[str, str]:
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
    except (OSError, TypeError, SyntaxError):
        return {}
    return texts_under(tree.body) if isinstance(tree, ast.ClassDef) else {}


def texts_under(body: list[ast.stmt]) -> dict[str, str]:
    """Return each annotated name of a class or module that has a text under it, with that text on one line."""
    return {
        above.target.id: " ".join(below.value.value.split())
        for above, below in pairwise(body)
        if isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }
