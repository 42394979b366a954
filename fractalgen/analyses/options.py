"""Options of an analysis, as they are typed."""

from __future__ import annotations

from collections.abc import Sequence

from fractalgen.errors import DuplicateNameError, ParameterError, Place
from fractalgen.spec.tree import Scalar, resolve_scalar


def read_options(at: Sequence[str], options: Sequence[str]) -> dict[str, Scalar]:
    """Return options by name, from values to look at and from NAME=VALUE.

    Raises:
        ParameterError: one has no `=`.
        DuplicateNameError: one is given twice.
    """
    found: dict[str, Scalar] = {"at": ",".join(at)} if at else {}
    for text in options:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ParameterError(f"must be NAME=VALUE, found {text!r}", "Write samples=500.", Place("--option"))
        if name in found:
            raise DuplicateNameError(f"the option {name!r} is given twice", "Give it once.")
        found[name] = resolve_scalar(value)
    return found
