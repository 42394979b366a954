"""Keys by which values that build the same are known again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeVar

V = TypeVar("V")


class Keys:
    """The keys of one evaluation.

    A key is compared in one step, however large its value is or however deep layers nest in it: a layer that holds
    two layers that hold two layers is 2^n layers written out, and a list may have 10,000 items.
    """

    def __init__(self) -> None:
        self._first: dict[Hashable, Any] = {}
        self._lists: dict[int, tuple[tuple[Any, ...], Hashable]] = {}

    def of(self, value: Any) -> Hashable:
        """Return the key of a value; 1, 1.0 and true are different."""
        kind = type(value)
        if kind is int or kind is str:
            key: Hashable = value
        elif kind is tuple:
            key = self._of_list(value)
        elif kind is float or kind is bool:
            key = (kind, value)
        else:
            key = getattr(value, "key", value)
        return key

    def first(self, parts: Hashable, value: V) -> V:
        """Return the first value that was given with equal `parts`; it is kept, so that no id in them is used again."""
        found: V = self._first.setdefault(parts, value)
        return found

    def _of_list(self, items: tuple[Any, ...]) -> Hashable:
        known = self._lists.get(id(items))
        if known is None:
            first = self.first(tuple([self.of(item) for item in items]), items)
            known = self._lists[id(items)] = (items, (tuple, id(first)))
        return known[1]
