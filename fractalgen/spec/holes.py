"""Holes: the scalars and expressions that a search may choose.

A spec with holes is a search space. A hole is named by its path; one that stands inside an alternative of another
exists only when that alternative is chosen. Filling all holes gives a plain spec.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any, Literal

from fractalgen.errors import ParameterError, SpecError, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.spec.alternatives import Alternatives, alternatives_of
from fractalgen.spec.limits import MAX_ALTERNATIVES_LENGTH, MAX_HOLES, MAX_NUMBER, MAX_POINTS_DIGITS
from fractalgen.spec.tree import Tree
from fractalgen.spec.wording import show

Values = Mapping[str, int | float]
"""Hole name -> value; for a choice, the index of the alternative."""

Under = tuple[tuple[str, tuple[int, ...]], ...]
"""The choices around a hole, outermost first, and the alternatives of each under which it exists."""

Kind = Literal["choice", "int", "float", "subset", "prefix", "product"]
_OPTIONS: dict[Kind, set[str]] = {
    "choice": set(),
    "int": {"step", "log"},
    "float": {"log"},
    "subset": set(),
    "prefix": set(),
    "product": set(),
}


@dataclass(frozen=True)
class Hole:
    """One decision.

    Attributes:
        name: Its path in the file.
        kind: `choice` among alternatives, or a number in a range.
        low: Least value; 0 for a choice.
        high: Largest value; for a choice, the index of the last alternative.
        step: Distance of whole numbers.
        log: Whether the range is searched on a logarithmic scale.
        labels: The alternatives of a choice, as text.
        items: Of a choice among lists, the items of each alternative, by their numbers.
        under: The choices, outermost first, and the alternatives of each under which this hole exists.
    """

    name: str
    kind: Literal["choice", "int", "float"]
    low: float
    high: float
    step: int = 1
    log: bool = False
    labels: tuple[str, ...] = ()
    under: Under = ()
    items: tuple[tuple[int, ...], ...] = field(default=(), repr=False)

    def exists(self, values: Values) -> bool:
        """Whether it exists, given the values of the holes before it."""
        return all(values.get(name) in indices for name, indices in self.under)

    @property
    def size(self) -> int | None:
        """Number of values; None for a continuous range."""
        return None if self.kind == "float" else int(self.high - self.low) // self.step + 1

    def label(self, value: float) -> Any:
        """Return a value for people: the alternative's text, or the number."""
        return self.labels[int(value)] if self.kind == "choice" else value

    def check(self, value: float) -> None:
        """Check that `value` is one that this hole can take.

        Raises:
            ParameterError: it is not.
        """
        whole = self.kind == "float" or value == int(value)
        on_grid = self.kind == "float" or (value - self.low) % self.step == 0
        if not (self.low <= value <= self.high and whole and on_grid):
            raise ParameterError(f"hole {self.name!r} takes {self.low:g} to {self.high:g}, found {show(value)}")


@dataclass(frozen=True)
class Space:
    """All holes of a spec, in order of appearance."""

    holes: tuple[Hole, ...] = ()
    raw: int | None = 1
    """The exact number of points, never enumerated; None when a range is continuous."""

    def __bool__(self) -> bool:
        return bool(self.holes)

    def decide(self, pick: Callable[[Hole], int | float]) -> dict[str, int | float]:
        """Ask `pick` for a value of each hole that exists, given the choices made so far."""
        values: dict[str, int | float] = {}
        for hole in self.holes:
            if hole.exists(values):
                values[hole.name] = pick(hole)
        return values

    def first(self) -> dict[str, int | float]:
        """Return the point where every hole has its first alternative or least value."""
        return self.decide(lambda hole: hole.low if hole.kind == "float" else int(hole.low))

    def points(self) -> Iterator[dict[str, int | float]]:
        """Yield every point, each once, the last hole varying fastest.

        Raises:
            ParameterError: a hole is continuous.
        """
        endless = next((hole.name for hole in self.holes if hole.size is None), None)
        if endless is not None:
            raise ParameterError(
                f"the hole {endless!r} is continuous",
                "Give it as {choice: [...]} or {int: [...]} to enumerate.",
            )
        yield from self._extend({}, 0)

    def _extend(self, values: dict[str, int | float], depth: int) -> Iterator[dict[str, int | float]]:
        while depth < len(self.holes):
            hole = self.holes[depth]
            depth += 1
            if hole.exists(values):
                for value in range(int(hole.low), int(hole.high) + 1, hole.step):
                    yield from self._extend({**values, hole.name: value}, depth)
                return
        yield values

    def labels(self, values: Values) -> dict[str, Any]:
        """Return a point for people."""
        return {hole.name: hole.label(values[hole.name]) for hole in self.holes if hole.name in values}

    def describe(self) -> list[dict[str, Any]]:
        """Return every hole as plain data."""
        return [
            {
                "name": hole.name,
                "kind": hole.kind,
                **({"labels": list(hole.labels)} if hole.labels else {"low": hole.low, "high": hole.high}),
                **({"step": hole.step} if hole.step != 1 else {}),
                **({"log": True} if hole.log else {}),
                **({"under": [[name, list(indices)] for name, indices in hole.under]} if hole.under else {}),
            }
            for hole in self.holes
        ]

    @property
    def digest(self) -> str:
        """A hash of the holes: two spaces with one digest take the same points."""
        return hashlib.sha256(repr(self.describe()).encode()).hexdigest()


def find_holes(tree: Tree) -> Space:
    """Return the space of `tree`.

    Raises:
        SpecError: a hole that is malformed or empty, or more holes or points than the limit.
    """
    holes: list[Hole] = []
    raw = _collect(tree, (), holes)
    if raw is not None and raw >= 10**MAX_POINTS_DIGITS:
        raise ParameterError(f"the spec has more than 10^{MAX_POINTS_DIGITS} points", "Use fewer holes.", tree.place)
    return Space(tuple(holes), raw)


def fill(tree: Tree, values: Values) -> Tree:
    """Return `tree` with every hole replaced by its value; parts without holes are shared with `tree`.

    Raises:
        UnknownNameError: a hole without a value.
        ParameterError: a value that the hole cannot take.
    """
    kind = _kind(tree)
    if kind is not None:
        hole = _read(tree, kind, ())
        if hole.name not in values:
            raise UnknownNameError(f"the hole {hole.name!r} has no value", suggest(hole.name, values), tree.place)
        value = values[hole.name]
        hole.check(value)
        if kind in ("int", "float"):
            return Tree(value, tree.place)
        alternatives = alternatives_of(tree, kind)
        chosen = [fill(child, values) for child in alternatives[int(value)]]
        return chosen[0] if kind == "choice" else Tree(tuple(chosen), tree.place)
    if tree.is_map:
        filled = {key: fill(child, values) for key, child in tree.items()}
        same = all(filled[key] is child for key, child in tree.items())
        return tree if same else Tree(filled, tree.place, tree.keys)
    if tree.is_list:
        items = tuple(fill(child, values) for child in tree.value)
        return tree if all(a is b for a, b in zip(items, tree.value, strict=True)) else Tree(items, tree.place)
    return tree


def _kind(tree: Tree) -> Kind | None:
    if isinstance(tree.value, dict):
        return next((kind for kind in _OPTIONS if kind in tree.value), None)
    return None


def _collect(tree: Tree, under: Under, holes: list[Hole]) -> int | None:
    kind = _kind(tree)
    if kind is None:
        return _product(_collect(child, under, holes) for child in tree.children())
    hole = _read(tree, kind, under)
    holes.append(hole)
    if len(holes) > MAX_HOLES:
        hint = "Give one as the argument of a rule that several places call."
        raise ParameterError(f"the spec has more than {MAX_HOLES} holes", hint, tree.place)
    if kind in ("int", "float"):
        return hole.size
    return _collect_alternatives(hole, alternatives_of(tree, kind), holes)


def _collect_alternatives(hole: Hole, alternatives: Alternatives, holes: list[Hole]) -> int | None:
    """Collect the holes inside alternatives; one that several alternatives hold exists under each of them."""
    parts: dict[int, tuple[Tree, list[int]]] = {}
    for index, alternative in enumerate(alternatives):
        for part in dict.fromkeys(alternative):
            parts.setdefault(id(part), (part, []))[1].append(index)
    counts = {
        key: _collect(part, (*hole.under, (hole.name, tuple(indices))), holes) for key, (part, indices) in parts.items()
    }
    return _sum(_product(counts[id(part)] for part in dict.fromkeys(alternative)) for alternative in alternatives)


def _product(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else math.prod(count for count in known if count is not None)


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)


@lru_cache(maxsize=4096)
def _read(tree: Tree, kind: Kind, under: Under) -> Hole:
    for key in tree.value:
        if key != kind and key not in _OPTIONS[kind]:
            raise UnknownNameError(
                f"a {kind} hole has no key {key!r}", suggest(key, _OPTIONS[kind] | {kind}), tree.key_place(key)
            )
    if kind == "int" or kind == "float":
        return _read_range(tree, kind, tree.value[kind], under)
    alternatives = alternatives_of(tree, kind)
    texts = _texts(alternatives, tree, kind)
    if kind == "choice":
        return Hole(tree.path, "choice", 0, len(texts) - 1, labels=tuple(texts), under=under)
    labels = tuple(f"[{text}]" for text in texts)
    return Hole(tree.path, "choice", 0, len(labels) - 1, labels=labels, under=under, items=_items(alternatives))


def _items(alternatives: Alternatives) -> tuple[tuple[int, ...], ...]:
    numbers: dict[int, int] = {}
    for part in chain.from_iterable(alternatives):
        numbers.setdefault(id(part), len(numbers))
    return tuple(tuple(numbers[id(part)] for part in alternative) for alternative in alternatives)


def _texts(alternatives: Alternatives, tree: Tree, kind: str) -> list[str]:
    """Return each alternative on one line; the parts that many are made of are written once."""
    parts = {id(part): part.text() for part in dict.fromkeys(chain.from_iterable(alternatives))}
    size = sum(len(parts[id(part)]) + 2 for part in chain.from_iterable(alternatives))
    if size > MAX_ALTERNATIVES_LENGTH:
        message = f"{kind} has alternatives of {size:,} characters in all, the limit is {MAX_ALTERNATIVES_LENGTH:,}"
        raise ParameterError(message, "Use fewer or shorter ones.", tree.place)
    return [", ".join([parts[id(part)] for part in alternative]) for alternative in alternatives]


def _read_range(tree: Tree, kind: Literal["int", "float"], body: Tree, under: Under) -> Hole:
    log = tree.value["log"].value if "log" in tree.value else False
    step = tree.value["step"].value if "step" in tree.value else 1
    bounds = [child.value for child in body.value] if body.is_list else []
    numbers = int if kind == "int" else (int, float)
    if len(bounds) != 2 or any(isinstance(b, bool) or not isinstance(b, numbers) for b in bounds):
        raise ParameterError(f"{kind} needs [low, high], found {body.text()}", f"Write {{{kind}: [1, 4]}}.", body.place)
    low, high = bounds
    problem = _range_problem(low, high, step, log)
    if problem:
        raise ParameterError(problem, "", tree.place)
    if kind == "int":
        high = low + (high - low) // step * step
    return Hole(tree.path, kind, low, high, step=step, log=log, under=under)


def _range_problem(low: float, high: float, step: object, log: object) -> str:
    if max(abs(low), abs(high)) > MAX_NUMBER:
        return "a bound is past 10^18"
    if not low <= high:
        return f"the range [{low}, {high}] is empty: the first number is the least"
    if not isinstance(log, bool):
        return f"log must be true or false, found {show(log)}"
    if log and low <= 0:
        return f"a logarithmic range starts above 0, found {low}"
    if isinstance(step, bool) or not isinstance(step, int) or step < 1:
        return f"step must be a whole number of at least 1, found {show(step)}"
    if log and step != 1:
        return f"a logarithmic range takes no step, found {show(step)}"
    return ""


__all__ = ["Hole", "Space", "SpecError", "Values", "fill", "find_holes"]
