"""What the holes that choose among expressions or lists can become."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, product

from fractalgen.errors import ParameterError, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.spec.limits import MAX_ALTERNATIVES
from fractalgen.spec.tree import Tree

Alternatives = tuple[tuple[Tree, ...], ...]
"""Each alternative as the parts it is made of: one for a choice, the items of a list for the others."""


@lru_cache(maxsize=1024)
def alternatives_of(tree: Tree, kind: str) -> Alternatives:
    """Return the alternatives of a choice, subset, prefix or product.

    Raises:
        ParameterError: there are none, or more than the limit; or the hole is malformed.
    """
    body = tree.value[kind]
    found = tuple(_FORMS[kind](body)) if kind != "choice" else tuple((part,) for part in _items(kind, body))
    if not found:
        raise ParameterError(f"the {kind} has no alternatives", "Widen its bounds.", tree.place)
    return found


def _items(kind: str, tree: Tree) -> tuple[Tree, ...]:
    if not tree.is_list or not tree.value:
        hint = "Write {choice: [a, b]}." if kind == "choice" else f"Write {{{kind}: {{of: [a, b], ...}}}}."
        raise ParameterError(f"{kind} needs a list of alternatives, found {tree.text()}", hint, tree.place)
    items: tuple[Tree, ...] = tree.value
    return items


def _fields(kind: str, body: Tree, optional: tuple[str, ...], required: tuple[str, ...] = ("of",)) -> dict[str, Tree]:
    if not body.is_map:
        raise ParameterError(
            f"{kind} needs a mapping, found {body.text()}", f"Write {{{kind}: {{of: [a, b]}}}}.", body.place
        )
    for key in body.value:
        if key not in required + optional:
            raise UnknownNameError(f"{kind} has no key {key!r}", suggest(key, required + optional), body.key_place(key))
    for key in required:
        if key not in body.value:
            raise ParameterError(f"{kind} needs the key {key!r}", "", body.place)
    return dict(body.items())


def _whole(name: str, tree: Tree | None, default: int, low: int, high: int) -> int:
    if tree is None:
        return default
    if isinstance(tree.value, bool) or not isinstance(tree.value, int) or not low <= tree.value <= high:
        raise ParameterError(f"{name} must be a whole number from {low} to {high}, found {tree.text()}", "", tree.place)
    return tree.value


def _range(name: str, tree: Tree, low: int, high: int) -> tuple[int, int]:
    ends = tree.value if tree.is_list else (tree, tree)
    if len(ends) != 2:
        raise ParameterError(f"{name} must be a number or [low, high], found {tree.text()}", "", tree.place)
    first, last = (_whole(name, end, 0, low, high) for end in ends)
    if first > last:
        raise ParameterError(f"{name} [{first}, {last}] is empty: the first number is the least", "", tree.place)
    return first, last


def _limited(name: str, tree: Tree, count: int) -> None:
    if count > MAX_ALTERNATIVES:
        figure = f"{count:,}" if count < 10**18 else "more than 10^18"
        raise ParameterError(f"{name} has {figure} alternatives, the limit is {MAX_ALTERNATIVES:,}", "", tree.place)


def _subset(body: Tree) -> Iterator[tuple[Tree, ...]]:
    fields = _fields("subset", body, ("at_least", "at_most"))
    items = _items("subset", fields["of"])
    least = _whole("subset.at_least", fields.get("at_least"), 0, 0, len(items))
    most = _whole("subset.at_most", fields.get("at_most"), len(items), least, len(items))
    _limited("subset", body, 2 ** len(items))
    return (chosen for size in range(least, most + 1) for chosen in combinations(items, size))


def _prefix(body: Tree) -> Iterator[tuple[Tree, ...]]:
    fields = _fields("prefix", body, (), ("of", "length"))
    items = _items("prefix", fields["of"])
    low, high = _range("prefix.length", fields["length"], 0, len(items))
    return (items[:size] for size in range(low, high + 1))


def _product(body: Tree) -> Iterator[tuple[Tree, ...]]:
    fields = _fields("product", body, ("holds",), ("of", "length"))
    items = _items("product", fields["of"])
    low, high = _range("product.length", fields["length"], 0, 64)
    _limited("product", body, sum(len(items) ** size for size in range(low, high + 1)))
    names = {_word(item) for item in items}
    held = set()
    for tree in fields["holds"].children() if "holds" in fields else ():
        if tree.value not in names:
            raise ParameterError(f"product.holds names {tree.text()!r}, which is not in 'of'", "", tree.place)
        held.add(tree.value)
    return (
        chosen
        for size in range(low, high + 1)
        for chosen in product(items, repeat=size)
        if held <= {_word(item) for item in chosen}
    )


def _word(tree: Tree) -> str:
    """Return the op or rule that an expression names."""
    return str(next(iter(tree.value), "")) if tree.is_map else tree.text()


_FORMS = {"subset": _subset, "prefix": _prefix, "product": _product}
