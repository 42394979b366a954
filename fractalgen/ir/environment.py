"""What names mean where an expression stands: values, layers and the rule being defined."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fractalgen.ir.terms import Frame, Recursion
from fractalgen.spec.document import Rule
from fractalgen.spec.expressions import Expression
from fractalgen.spec.load import RuleBook

TAP_WORDS = frozenset({"tap", "from"})
"""Words of expressions whose value depends on the frame."""


@dataclass(frozen=True, eq=False)
class Library:
    """The rules that a file's expressions can call besides the built-in ones: its own, and `name.rule` of imports."""

    rules: Mapping[str, Rule]
    imports: Mapping[str, Library]


def library_of(book: RuleBook) -> Library:
    """Return the rules of a file as a library."""
    return Library(book.rules, {name: library_of(other) for name, other in book.imports.items()})


@dataclass(frozen=True, eq=False)
class Environment:
    """Names and their values.

    Attributes:
        names: Parameters, loop indices and given names -> scalar, tuple, `Layer` or `JoinMode`; `recurse` -> `Level`.
        library: The rules of the file in which the expression was written.
        frame: Where taps live.
        step: The recursion and level whose step this is, when it is one; None inside a layer argument.
    """

    names: Mapping[str, Any]
    library: Library
    frame: Frame
    step: tuple[Recursion, int] | None = None

    def extended(self, names: Mapping[str, Any]) -> Environment:
        """Return this environment with more names, which hide those of the same name."""
        return replace(self, names={**self.names, **names})

    def key(self, names: AbstractSet[str]) -> tuple[Any, ...]:
        """Return a key that is equal for environments that agree on `names`."""
        known = self.names
        step = (id(self.step[0]), self.step[1]) if self.step else None
        frame = None if TAP_WORDS.isdisjoint(names) else id(self.frame)
        return (step, frame, *((name, value_key(known[name])) for name in sorted(names) if name in known))


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer argument: an expression with the names of the place where it was written."""

    expression: Expression
    environment: Environment
    gives: tuple[str, ...]

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Equal for layers that build the same."""
        return (id(self.expression), self.environment.key(self.expression.names))


@dataclass(frozen=True)
class JoinMode:
    """A join by name with its own parameters, before `adapt` is known."""

    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Equal for modes that mean the same."""
        return (self.name, *((key, value_key(value)) for key, value in self.arguments))


@dataclass(frozen=True, eq=False)
class Level:
    """What `recurse` means: a rule, its parameters and the level of the step that names it."""

    rule: Rule
    environment: Environment
    level: int
    recursion: Recursion

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Equal for levels that build the same."""
        return (id(self.recursion), self.level, self.environment.key(self.rule.parameters.keys()))


def value_key(value: Any) -> Any:
    """Return a hashable key for a value; 1, 1.0 and true are different."""
    if isinstance(value, Layer | JoinMode | Level):
        return value.key
    if isinstance(value, tuple):
        return tuple(value_key(item) for item in value)
    if isinstance(value, str | int | float | None):
        return (type(value).__name__, value)
    return id(value)
