"""Expressions -> terms: calls resolved, formulas computed, equal structures shared.

The same code runs twice. When *counting*, the index of a loop is an `Unknown` as long as no structure depends on it,
so that a loop is evaluated once and multiplied; limits are checked on that count before the full evaluation starts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from fractalgen.errors import GraphError, ParameterError, Place, SpecError
from fractalgen.ir import terms
from fractalgen.ir.arguments import Arguments
from fractalgen.ir.builtin_rules import FILES
from fractalgen.ir.call_chain import circle_of
from fractalgen.ir.check_parameters import layer_name_problems
from fractalgen.ir.environment import TAP_WORDS, Environment, Layer, Level, library_of
from fractalgen.ir.evaluate_bus import bus_term, site_term
from fractalgen.ir.evaluate_graph import graph_term
from fractalgen.ir.evaluate_loops import SameRounds, loop_term, rounds
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.origin import origin
from fractalgen.ir.parts import make
from fractalgen.ir.pending import Deferred, PendingPart
from fractalgen.ir.resolve import resolve
from fractalgen.ir.terms import Frame, Recursion, Term, capped
from fractalgen.ir.written_size import written_size
from fractalgen.spec import Rule, Spec
from fractalgen.spec.expressions import (
    BusExpr,
    CallExpr,
    Expression,
    ForeachExpr,
    FromExpr,
    GraphExpr,
    IdentityExpr,
    JoinExpr,
    RecurseExpr,
    RepeatExpr,
    SequenceExpr,
    SiteExpr,
    TapExpr,
)
from fractalgen.spec.formula import Unknown
from fractalgen.spec.limits import (
    MAX_ALL_EVALUATIONS,
    MAX_CALL_DEPTH,
    MAX_COLUMNS,
    MAX_EVALUATIONS,
    MAX_LEVELS,
    MAX_NODES,
    MAX_NUMBER,
    MAX_WRITTEN_TERMS,
    STEPS_OF_EVALUATION,
)
from fractalgen.spec.parse_expression import parse_expression
from fractalgen.spec.tree import Tree

_FEWER = "Use fewer columns, levels or rounds."


def evaluate(spec: Spec) -> Term:
    """Return the network of a plain spec as a term.

    Raises:
        SpecError: a call, a formula or a parameter is wrong.
        GraphError: the network would go past a limit; the message gives the figure and the limit.
    """
    body = parse_expression(spec.network.body)
    environment = Environment({}, library_of(spec.rule_book), Frame("network"))
    for problem in layer_name_problems(spec.tree, environment.library):
        raise problem
    with _deep_recursion():
        counting = Evaluator(counting=True)
        check_limits(counting.term(body, environment), counting.expected)
        term = Evaluator(counting=False).term(body, environment)
    return terms.scoped(term.place, environment.frame, (), term)


def check_limits(term: Term, evaluations: int) -> None:
    """Check what a term expands to, and how much work that is.

    Raises:
        GraphError: it goes past a limit.
    """
    figures = (
        ("would have", "nodes", term.nodes, MAX_NODES),
        ("would have", "columns", term.columns, MAX_COLUMNS),
        ("would take", "evaluations", evaluations, MAX_ALL_EVALUATIONS),
        ("would take", "steps to write out", written_size(term), MAX_WRITTEN_TERMS),
    )
    for verb, name, found, limit in figures:
        if found > limit:
            figure = f"{found:,}" if found < MAX_NUMBER else "more than 10^18"
            raise GraphError(f"the network {verb} {figure} {name}, the limit is {limit:,}", _FEWER, term.place)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 20 * MAX_CALL_DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class Evaluator:
    """Evaluates expressions, each once for the values that it depends on."""

    def __init__(self, *, counting: bool) -> None:
        self.counting = counting
        self.arguments = Arguments()
        self._memo: dict[Any, tuple[Expression, Environment, Term]] = {}
        self._frames: dict[Any, Frame] = {}
        self._forms: dict[type[Expression], Any] = {
            BusExpr: partial(bus_term, self),
            CallExpr: self._call,
            ForeachExpr: self._loop,
            FromExpr: self._from,
            GraphExpr: self._graph,
            IdentityExpr: self._identity,
            JoinExpr: self._join,
            RecurseExpr: self._recurse,
            RepeatExpr: self._loop,
            SequenceExpr: self._sequence,
            SiteExpr: partial(site_term, self),
            TapExpr: self._tap,
        }
        self._calls = 0
        self._multiplied = 0
        self._depth = 0

    @property
    def work(self) -> int:
        """Evaluations so far, with what formulas, lists and parameters took."""
        return self._calls + self.arguments.steps // STEPS_OF_EVALUATION

    @property
    def expected(self) -> int:
        """While counting: the evaluations with every round of every loop, capped at 10^18."""
        return capped(self.work + self._multiplied)

    def expect_rounds(self, more: int, since: int) -> None:
        """While counting: say that what was evaluated since `expected` was `since` will be so `more` times."""
        self._multiplied = capped(self._multiplied + more * (self.expected - since))

    def term(self, expression: Expression, environment: Environment) -> Term:
        """Return the term of `expression` where names mean what `environment` says."""
        self._calls += 1
        key = (id(expression), environment.key(expression.names))
        known = self._memo.get(key)
        if known is not None:
            return known[2]
        if self.counting and self.work > MAX_EVALUATIONS:
            message = f"the network is too large to count: more than {MAX_EVALUATIONS:,} evaluations"
            raise GraphError(message, _FEWER, expression.place)
        if self._depth >= MAX_CALL_DEPTH:
            deep = GraphError("the network is nested too deeply", _FEWER, expression.place)
            raise circle_of(environment.caller) or deep
        self._depth += 1
        try:
            term = self._new(expression, environment)
        finally:
            self._depth -= 1
        # The memo keeps expression and environment alive, so that no key's id is ever used again.
        self._memo[key] = (expression, environment, term)
        return term

    def _new(self, expression: Expression, environment: Environment) -> Term:
        term: Term = self._forms[type(expression)](expression, environment)
        return term

    def _sequence(self, expression: SequenceExpr, environment: Environment) -> Term:
        return terms.sequence(expression.place, tuple([self.term(part, environment) for part in expression.parts]))

    def _identity(self, expression: IdentityExpr, environment: Environment) -> Term:
        del environment
        return terms.identity(expression.place)

    def _tap(self, expression: TapExpr, environment: Environment) -> Term:
        name = self.arguments.name(expression.name, environment)
        return terms.tap(expression.place, environment.frame, name, self.term(expression.of, environment))

    def _from(self, expression: FromExpr, environment: Environment) -> Term:
        name = self.arguments.name(expression.name, environment)
        return terms.reference(expression.place, environment.frame, name)

    def _graph(self, expression: GraphExpr, environment: Environment) -> Term:
        return graph_term(self, expression, environment)

    def _loop(self, expression: RepeatExpr | ForeachExpr, environment: Environment) -> Term:
        return loop_term(self, expression, environment)

    # Joins

    def _join(self, expression: JoinExpr, environment: Environment) -> Term:
        branches = self.branches(expression, environment)
        if not branches:
            raise ParameterError(
                "a join needs at least one branch, found none", "Write `branches: [a, b]`.", expression.place
            )
        return self.join(expression, environment, branches)

    def join(
        self, expression: JoinExpr, environment: Environment, branches: tuple[Term, ...], *, spread: bool = False
    ) -> Term:
        """Return `branches` joined as the expression says."""
        self.arguments.steps += len(branches)
        mode = self.arguments.join_mode(expression.mode, environment)
        droppable = self.arguments.flag("join.droppable", expression.droppable, environment)
        values = dict(mode.arguments)
        if expression.adapt is not None:
            values["adapt"] = self.arguments.fixed(expression.adapt, environment)
        place = expression.mode.place
        part = make(JOINS.get(mode.name, place), mode.name, values, place, _places(expression, mode.name).get)
        if droppable and not part.can_drop:
            raise ParameterError(
                f"a {mode.name} join cannot lose a branch",
                "Write {concat: {project: true}}, or droppable: false.",
                expression.mode.place,
            )
        step = environment.step
        return terms.join(expression.place, part, branches, droppable=droppable, step=step, spread=spread)

    def branches(self, expression: JoinExpr, environment: Environment) -> tuple[Term, ...]:
        """Return the branches of a join; none when they are left out."""
        if expression.branches is None:
            return ()
        if isinstance(expression.branches, tuple):
            return tuple([self.term(branch, environment) for branch in expression.branches])
        found = rounds(self, expression.branches, environment)
        return found.all() if isinstance(found, SameRounds) else found

    # Calls

    def _call(self, call: CallExpr, environment: Environment) -> Term:
        target = resolve(call.name, environment, call.place)
        if isinstance(target, Layer):
            given = self.arguments.given(call, target, environment)
            return self.term(target.expression, target.environment.extended(given))
        if isinstance(target, str):
            share = self.arguments.share(call, environment)
            return terms.op_term(call.place, self._op(call, environment), call.name, share)
        rule, library = target
        own = environment.of_rule(call, rule, library)
        bound = self.arguments.bind(call, rule, environment, own)
        try:
            return self._rule(call, rule, own.extended(bound))
        except SpecError as error:
            raise _from_call(error, call) from None

    def _op(self, call: CallExpr, environment: Environment) -> Any:
        values = self.arguments.of_op(call, environment)
        part = OPS.get(call.name)
        given = dict(call.arguments)
        if any(isinstance(value, Unknown) for value in values.values()):
            return None
        if any(isinstance(value, Deferred) for value in values.values()):
            places = tuple((key, origin(given[key], environment)) for key in values)
            return PendingPart(part, call.name, tuple(values.items()), call.place, places)
        return make(part, call.name, values, call.place, lambda key: origin(given[key], environment))

    def _rule(self, call: CallExpr, rule: Rule, environment: Environment) -> Term:
        if rule.body is not None:
            body = self._scoped(parse_expression(rule.body), environment, rule.inputs)
        else:
            name = f"{call.name}.levels"
            levels = self.arguments.whole(name, _tree(rule.levels), environment, 1, MAX_LEVELS)
            body = self._level(rule, environment, levels, Recursion(call.name, call.place))
        return terms.call(call.place, call.name, body, rule.inputs)

    def _level(self, rule: Rule, environment: Environment, level: int, recursion: Recursion) -> Term:
        names = {"level": level, "recurse": Level(rule, environment, level, recursion)}
        key = (id(recursion), level, environment.key(rule.parameters.keys()))
        frame = self._frames.setdefault(key, Frame(f"{recursion.rule} {level}"))
        inner = replace(environment, names={**environment.names, **names}, frame=frame)
        if level == 1:
            return self._scoped(parse_expression(_tree(rule.base)), inner, rule.inputs)
        return self._scoped(parse_expression(_tree(rule.step)), replace(inner, step=(recursion, level)), rule.inputs)

    def _scoped(self, body: Expression, environment: Environment, inputs: tuple[str, ...]) -> Term:
        term = self.term(body, environment)
        if not inputs and TAP_WORDS.isdisjoint(body.names):
            return term
        return terms.scoped(body.place, environment.frame, inputs, term)

    def _recurse(self, expression: RecurseExpr, environment: Environment) -> Term:
        level = environment.names.get("recurse")
        if not isinstance(level, Level):
            raise SpecError("recurse stands outside of a rule's step", "Use it in `step:`.", expression.place)
        if level.level == 1:
            raise SpecError("recurse stands in base, which is the end of the recursion", "", expression.place)
        changed = self.arguments.overrides(expression, level, environment)
        return self._level(level.rule, level.environment.extended(changed), level.level - 1, level.recursion)


def _tree(tree: Tree | None) -> Tree:
    if tree is None:
        raise AssertionError("a rule has a body, or levels, base and step")
    return tree


def _places(join: JoinExpr, mode: str) -> dict[str, Place]:
    """Return where the parameters of a join stand, as far as they stand in the join itself."""
    options = join.mode.value.get(mode) if join.mode.is_map else None
    places = {key: tree.place for key, tree in options.items()} if options is not None else {}
    return places if join.adapt is None else {**places, "adapt": join.adapt.place}


def _from_call(error: SpecError, call: CallExpr) -> SpecError:
    """Return an error inside a built-in rule as one of the call, which is what the user wrote."""
    place = error.place
    if place is None or not place.file.startswith(FILES) or call.place.file.startswith(FILES):
        return error
    where = Place(place.file, place.line, place.column)
    return type(error)(f"in rule {call.name!r} ({where}): {error.message}", error.hint, call.place)
