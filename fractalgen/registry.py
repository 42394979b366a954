"""Name -> "module:attribute", loaded on first use, with did-you-mean and entry-point plugins."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

from fractalgen.errors import DuplicateNameError, MissingDependencyError, Place, UnknownNameError

T = TypeVar("T")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the sentence that tells a user which of `known` they may have meant by `name`."""
    choices = sorted(known)
    close = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    if len(choices) > 24:
        return ""
    return f"Known: {', '.join(choices)}." if choices else ""


class Registry(Generic[T]):
    """A lazy table of implementations, extended by the entry points of installed plugins.

    Args:
        kind: What the table holds, in the singular, for messages: "op", "join", "sampler".
        table: Built-in names, each with the "module:attribute" that implements it.
        plural: Of `kind`, when it is not `kind` with an s.
    """

    def __init__(self, kind: str, table: Mapping[str, str], plural: str = "") -> None:
        self.kind = kind
        self._group = f"fractalgen.{plural or kind + 's'}"
        self._builtin = dict(table)
        self._loaded: dict[str, T] = {}

    @cached_property
    def _table(self) -> dict[str, str]:
        table = dict(self._builtin)
        for point in entry_points(group=self._group):
            if point.name in table:
                raise DuplicateNameError(
                    f"{self.kind} {point.name!r} is registered twice: {table[point.name]!r} and {point.value!r}",
                    "Rename it in the plugin, or uninstall one of the two.",
                )
            table[point.name] = point.value
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._table))

    def __contains__(self, name: object) -> bool:
        return name in self._builtin or name in self._table

    def get(self, name: str, place: Place | None = None) -> T:
        """Return the implementation of `name`, importing its module on first use.

        Raises:
            UnknownNameError: nothing is registered under `name`.
            MissingDependencyError: a plugin registers it, and has no such module or attribute.
        """
        found = self._loaded.get(name)
        if found is None:
            target = self._builtin.get(name) or self._table.get(name)
            if target is None:
                raise UnknownNameError(f"unknown {self.kind} {name!r}", suggest(name, self), place)
            found = self._loaded[name] = self._load(name, target)
        return found

    def _load(self, name: str, target: str) -> T:
        module, _, attribute = target.partition(":")
        try:
            return cast("T", getattr(import_module(module), attribute))
        except (ImportError, AttributeError) as error:
            if name in self._builtin:
                raise
            raise MissingDependencyError(
                f"{self.kind} {name!r} of a plugin cannot be loaded from {target!r}: {error}",
                "Mend the entry point of the plugin, or uninstall it.",
            ) from error
