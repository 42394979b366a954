"""`repeat` and `foreach` -> terms: one round for all while they are equal, else each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fractalgen.errors import GraphError, ParameterError
from fractalgen.ir import terms
from fractalgen.ir.arguments import NeedsRounds
from fractalgen.ir.environment import Environment
from fractalgen.ir.terms import Term
from fractalgen.spec.expressions import ForeachExpr, RepeatExpr
from fractalgen.spec.formula import Unknown
from fractalgen.spec.limits import MAX_NODES, MAX_ROUNDS

if TYPE_CHECKING:
    from fractalgen.ir.evaluate import Evaluator

Loop = RepeatExpr | ForeachExpr


@dataclass(frozen=True, slots=True)
class SameRounds:
    """Rounds that all are the same."""

    times: int
    body: Term

    def all(self) -> tuple[Term, ...]:
        """Return the term of each round."""
        return (self.body,) * self.times


@dataclass(frozen=True, slots=True)
class _Bindings:
    """What the names of a loop are in each round."""

    names: tuple[str, ...]
    values: tuple[Sequence[Any], ...]
    times: int

    def each(self) -> Iterator[Mapping[str, Any]]:
        for row in zip(*self.values, strict=True):
            yield dict(zip(self.names, row, strict=True))


def loop_term(evaluator: Evaluator, loop: Loop, environment: Environment) -> Term:
    """Return the term of a loop in a row."""
    found = rounds(evaluator, loop, environment)
    if isinstance(found, SameRounds):
        return terms.repeat(loop.place, found.times, found.body)
    return terms.sequence(loop.place, found)


def rounds(evaluator: Evaluator, loop: Loop, environment: Environment) -> tuple[Term, ...] | SameRounds:
    """Return the terms of all rounds.

    While counting, a round whose structure does not depend on the loop's names stands for all.

    Raises:
        GraphError: the rounds have too many nodes.
        NeedsRounds: structure depends on the unknown index of a loop around this one.
    """
    bindings = _bindings(evaluator, loop, environment)
    if bindings.times == 0:
        return ()
    if loop.body.names.isdisjoint(bindings.names):
        return SameRounds(bindings.times, evaluator.term(loop.body, environment))
    if evaluator.counting and bindings.times > 1:
        unknown, before = Unknown(), evaluator.expected
        try:
            body = evaluator.term(loop.body, environment.extended(dict.fromkeys(bindings.names, unknown)))
        except NeedsRounds as error:
            if error.unknown is not unknown:
                raise
        else:
            evaluator.expect_rounds(bindings.times - 1, before)
            return SameRounds(bindings.times, body)
    return _each_round(evaluator, loop, environment, bindings)


def _each_round(evaluator: Evaluator, loop: Loop, environment: Environment, bindings: _Bindings) -> tuple[Term, ...]:
    found: list[Term] = []
    nodes = 0
    for binding in bindings.each():
        found.append(evaluator.term(loop.body, environment.extended(binding)))
        nodes += found[-1].nodes
        if nodes > MAX_NODES:
            message = f"the network would have more than {MAX_NODES:,} nodes"
            raise GraphError(message, "Use fewer columns, levels or rounds.", loop.place)
    return tuple(found)


def _bindings(evaluator: Evaluator, loop: Loop, environment: Environment) -> _Bindings:
    index = (loop.index,) if loop.index else ()
    if isinstance(loop, RepeatExpr):
        times = evaluator.arguments.whole("repeat.times", loop.times, environment, 0, MAX_ROUNDS)
        return _Bindings(index, (range(times),) * len(index), times)
    lists = {name: evaluator.arguments.listed(name, tree, environment) for name, tree in loop.over}
    lengths = {name: len(items) for name, items in lists.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ParameterError(f"foreach walks lists of one length together: {found}", "", loop.place)
    times = next(iter(lengths.values()))
    return _Bindings((*lists, *index), (*lists.values(), *(range(times) for _ in index)), times)
