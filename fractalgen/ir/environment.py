"""What names mean where an expression stands: values, layers and the rule being defined."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fractalgen.ir.call_chain import Caller
from fractalgen.ir.keys import Keys
from fractalgen.ir.terms import Frame, Recursion
from fractalgen.spec.document import Rule
from fractalgen.spec.expressions import CallExpr, Expression
from fractalgen.spec.load import RuleBook

TAP_WORDS = frozenset({"tap", "from"})
"""Words of expressions whose value depends on the frame."""
_ABSENT = object()


@dataclass(frozen=True, eq=False)
class Library:
    """The rules that a file's expressions can call besides the built-in ones: its own, and `name.rule` of imports."""

    rules: Mapping[str, Rule]
    imports: Mapping[str, Library]


def library_of(book: RuleBook) -> Library:
    """Return the rules of a file as a library."""
    return Library(book.rules, {name: library_of(other) for name, other in book.imports.items()})


@dataclass(frozen=True, eq=False, slots=True)
class Environment:
    """Names and their values.

    Attributes:
        names: Parameters, loop indices and given names -> scalar, tuple, `Layer` or `JoinMode`; `recurse` -> `Level`.
        library: The rules of the file in which the expression was written.
        frame: Where taps live.
        step: The recursion and level whose step this is, when it is one; None inside a layer argument.
        keys: The keys of values, one set for all environments of an evaluation.
        caller: The call of the rule in whose text the expression stands; None in the network itself.
    """

    names: Mapping[str, Any]
    library: Library
    frame: Frame
    step: tuple[Recursion, int] | None = None
    keys: Keys = field(default_factory=Keys)
    caller: Caller | None = None

    def extended(self, names: Mapping[str, Any]) -> Environment:
        """Return this environment with more names, which hide those of the same name."""
        return Environment({**self.names, **names}, self.library, self.frame, self.step, self.keys, self.caller)

    def of_rule(self, call: CallExpr, rule: Rule, library: Library) -> Environment:
        """Return an environment without names for the text of `rule`, which `call` calls from here."""
        caller = Caller(call.name, rule, call.place, self.caller, dict(call.arguments))
        return Environment({}, library, Frame(call.name), None, self.keys, caller)

    def key(self, names: Collection[str]) -> Hashable:
        """Return a key that is equal for environments that agree on `names`, given in the same order."""
        known, of = self.names, self.keys.of
        step = (id(self.step[0]), self.step[1]) if self.step else None
        frame = None if TAP_WORDS.isdisjoint(names) else id(self.frame)
        return (step, frame, *[of(known[name]) if name in known else _ABSENT for name in names])


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer argument: an expression with the names of the place where it was written.

    Attributes:
        gives: What the parameter for which it was written gives; one to which that is passed on may give more.
    """

    expression: Expression
    environment: Environment
    gives: tuple[str, ...]

    @cached_property
    def key(self) -> Hashable:
        """The same for layers that build the same."""
        parts = (id(self.expression), self.environment.key(self.expression.names))
        return self.environment.keys.first(parts, self)


@dataclass(frozen=True)
class JoinMode:
    """A join by name with its own parameters, before `adapt` is known."""

    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def key(self) -> Hashable:
        """Equal for modes that mean the same."""
        return (self.name, *((key, repr(value)) for key, value in self.arguments))


@dataclass(frozen=True, eq=False)
class Level:
    """What `recurse` means: a rule, its parameters and the level of the step that names it."""

    rule: Rule
    environment: Environment
    level: int
    recursion: Recursion

    @cached_property
    def key(self) -> Hashable:
        """Equal for levels that build the same."""
        return (id(self.recursion), self.level, self.environment.key(self.rule.parameters))
