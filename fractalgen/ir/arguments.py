"""Arguments of calls: formulas computed, types and ranges checked, layers closed over where they were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fractalgen.errors import ParameterError, Place, UnknownNameError
from fractalgen.ir.environment import Environment, JoinMode, Layer, Level
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import check_value, declared
from fractalgen.ir.pending import Deferred
from fractalgen.registry import suggest
from fractalgen.spec import Rule
from fractalgen.spec.document import Parameter
from fractalgen.spec.expressions import CallExpr, RecurseExpr
from fractalgen.spec.formula import Formula, Unknown, UnknownValueError, formula_of
from fractalgen.spec.limits import MAX_LIST_ITEMS, MAX_ROUNDS
from fractalgen.spec.parse_expression import names_in, parse_expression
from fractalgen.spec.tree import Tree
from fractalgen.spec.wording import show

SHARE = "share"
"""What every op takes besides its own parameters: ops with one key are one set of weights."""

_QUICK = 32
"""Items that are copied or compared in the time of one step."""

_HINTS: dict[str, Any] = {"int": int, "float": float, "bool": bool}


class NeedsRounds(Exception):  # noqa: N818 - control flow: the loop that owns the value catches it
    """Structure depends on a value that is unknown while rounds are only counted."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown)
        self.unknown = unknown


class Arguments:
    """Reads scalars and arguments where names mean what an environment says."""

    def __init__(self) -> None:
        self.steps = 0
        """Work done: steps of formulas, items of lists and parameters of rules that were read."""

    # Scalars

    def scalar(self, tree: Tree, environment: Environment, *, deferrable: bool = False) -> Any:
        """Return the value of a scalar or list; `Unknown` while counting, `Deferred` when it reads `channels`."""
        if tree.is_list:
            items = tuple(self.scalar(item, environment, deferrable=deferrable) for item in tree.value)
            self.steps += len(items) + _size(items, tree.place) // _QUICK
            return next((item for item in items if isinstance(item, Unknown)), items)
        if tree.is_map:
            raise ParameterError(f"a value is needed here, found the mapping {tree.text()}", "", tree.place)
        return self._text(tree, environment, deferrable) if isinstance(tree.value, str) else tree.value

    def _text(self, tree: Tree, environment: Environment, deferrable: bool) -> Any:
        formula = formula_of(tree.value, tree.place)
        if formula is None:
            return tree.value
        self.steps += _steps(formula, environment, tree.place)
        if "channels" in formula.names:
            if not deferrable:
                raise ParameterError(
                    f"only a parameter of an op can read channels, found {tree.value!r}", "", tree.place
                )
            known = {name: environment.names[name] for name in formula.names if name in environment.names}
            unknown = next((value for value in known.values() if isinstance(value, Unknown)), None)
            return unknown or Deferred(formula, tuple(sorted(known.items())), tree.place)
        try:
            value = formula.value(environment.names, tree.place)
        except UnknownValueError as error:
            return error.value
        if isinstance(value, Layer | Level):
            raise ParameterError(f"{tree.value!r} is a layer, not a value", "Name it without $.", tree.place)
        return value

    def fixed(self, tree: Tree, environment: Environment) -> Any:
        """Return a value that structure depends on.

        Raises:
            NeedsRounds: it is unknown while counting.
        """
        value = self.scalar(tree, environment)
        if isinstance(value, Unknown):
            raise NeedsRounds(value)
        return value

    def name(self, tree: Tree, environment: Environment) -> str:
        """Return the name of a tap, which may hold formulas."""
        value = self.fixed(tree, environment)
        if not isinstance(value, str):
            raise ParameterError(f"a name is needed here, found {show(value)}", "Write a word.", tree.place)
        return value

    def whole(self, name: str, tree: Tree, environment: Environment, low: int, high: int) -> int:
        """Return a whole number that structure depends on."""
        value = self.fixed(tree, environment)
        return int(check_value(name, value, int, {"minimum": low, "maximum": high}, tree.place))

    def flag(self, name: str, tree: Tree | None, environment: Environment) -> bool:
        """Return true or false; false when left out."""
        if tree is None:
            return False
        return bool(check_value(name, self.fixed(tree, environment), bool, {}, tree.place))

    def listed(self, name: str, tree: Tree, environment: Environment) -> tuple[Any, ...]:
        """Return a list that structure depends on."""
        value = self.fixed(tree, environment)
        if not isinstance(value, tuple):
            raise ParameterError(f"{name} must be a list, found {show(value)}", "", tree.place)
        if len(value) > MAX_ROUNDS:
            raise ParameterError(f"{name} has {len(value):,} items, the limit is {MAX_ROUNDS:,}", "", tree.place)
        return value

    def join_mode(self, tree: Tree, environment: Environment) -> JoinMode:
        """Return a join: `mean`, `$join` or `{concat: {project: true}}`."""
        if tree.is_map:
            if len(tree.value) != 1:
                raise ParameterError(f"a join is one word or one key, found {tree.text()}", "", tree.place)
            ((name, body),) = tree.value.items()
            JOINS.get(name, tree.key_place(name))
            if not body.is_map:
                raise ParameterError(f"{name!r} takes named parameters, found {body.text()}", "", body.place)
            values = {key: self.fixed(child, environment) for key, child in body.items()}
            return JoinMode(name, tuple(sorted(values.items())))
        value = self.fixed(tree, environment)
        if isinstance(value, JoinMode):
            return value
        if not isinstance(value, str):
            raise ParameterError(
                f"a join is needed here, found {show(value)}", f"Known: {', '.join(JOINS)}.", tree.place
            )
        JOINS.get(value, tree.place)
        return JoinMode(value)

    # Arguments of calls

    def of_op(self, call: CallExpr, environment: Environment) -> dict[str, Any]:
        """Return the arguments of an op, names checked."""
        known = declared(OPS.get(call.name))
        values = {}
        for key, tree in call.arguments:
            if key == SHARE:
                continue
            if key not in known:
                raise _unknown(f"{call.name!r}", key, known, call, tree.place)
            values[key] = self.scalar(tree, environment, deferrable=True)
        return values

    def share(self, call: CallExpr, environment: Environment) -> str | None:
        """Return the key under which an op shares its weights, or None."""
        tree = dict(call.arguments).get(SHARE)
        return None if tree is None else self.name(tree, environment)

    def given(self, call: CallExpr, layer: Layer, environment: Environment) -> dict[str, Any]:
        """Return the names that a call of a layer parameter gives to the layer.

        A layer that was passed on from a parameter which gives less does not see the others: where it was written, they
        may be names of something else.
        """
        declared_names = _gives(call.name, environment)
        for key, tree in call.arguments:
            if key not in declared_names:
                raise _unknown(f"the layer {call.name!r}", key, declared_names, call, tree.place)
        values = {key: self.scalar(tree, environment) for key, tree in call.arguments}
        return {key: value for key, value in values.items() if key in layer.gives}

    def bind(self, call: CallExpr, rule: Rule, environment: Environment, own: Environment) -> dict[str, Any]:
        """Return a value for every parameter of `rule`; defaults are read in the rule's `own` environment."""
        given = dict(call.arguments)
        for key, tree in given.items():
            if key not in rule.parameters:
                raise _unknown(f"the rule {call.name!r}", key, rule.parameters, call, tree.place)
        self.steps += len(rule.parameters)
        bound: dict[str, Any] = {}
        for key, parameter in rule.parameters.items():
            name = f"{call.name}.{key}"
            if key in given:
                bound[key] = self.argument(name, given[key], parameter, environment)
            elif parameter.default is not None:
                bound[key] = self.argument(name, parameter.default, parameter, own.extended(bound))
            else:
                raise ParameterError(f"the rule {call.name!r} needs a value for {key!r}", "", call.place)
        return bound

    def overrides(self, recurse: RecurseExpr, level: Level, environment: Environment) -> dict[str, Any]:
        """Return the parameters that `recurse` changes from here down."""
        rule = level.rule
        counted = names_in(rule.levels) if rule.levels is not None else frozenset()
        changed = {}
        for key, tree in recurse.overrides:
            if key not in rule.parameters:
                raise UnknownNameError(f"recurse has no parameter {key!r}", suggest(key, rule.parameters), tree.place)
            if key in counted:
                raise ParameterError(f"recurse cannot override {key!r}, which levels depends on", "", tree.place)
            name = f"recurse.{key}"
            changed[key] = self.argument(name, tree, rule.parameters[key], environment)
        return changed

    def argument(self, name: str, tree: Tree, parameter: Parameter, environment: Environment) -> Any:
        """Return the value of one parameter of a rule, its type and range checked; a layer is not looked into."""
        if parameter.type == "layer":
            return self._layer(tree, parameter, environment)
        if parameter.type == "join":
            return self.join_mode(tree, environment)
        value = self.scalar(tree, environment)
        if isinstance(value, Unknown) or (value is None and tree is parameter.default):
            return value
        return _typed(name, value, parameter, tree.place)

    def _layer(self, tree: Tree, parameter: Parameter, environment: Environment) -> Layer:
        if isinstance(tree.value, str) and isinstance(alias := environment.names.get(tree.value), Layer):
            return alias
        return Layer(parse_expression(tree), replace(environment, step=None), parameter.gives)


def _gives(name: str, environment: Environment) -> tuple[str, ...]:
    """Return the names that a layer parameter of the rule in whose text an expression stands gives."""
    return environment.caller.rule.parameters[name].gives if environment.caller is not None else ()


def _steps(formula: Formula, environment: Environment, place: Place) -> int:
    """Return how many steps a formula takes; one that walks a list takes more the longer it is."""
    if not formula.walked:
        return formula.steps
    names = environment.names
    lists = tuple(value for name in formula.walked if isinstance(value := names.get(name), tuple))
    return formula.steps + _size(lists, place) // _QUICK


def _size(items: tuple[Any, ...], place: Place) -> int:
    """Return the items of a list and of all lists in it; one that stands in two places counts twice.

    Raises:
        ParameterError: it goes past the limit.
    """
    size = 0
    stack: list[tuple[Any, ...]] = [items]
    while stack:
        each = stack.pop()
        size += len(each)
        if size > MAX_LIST_ITEMS:
            message = f"the list has more than {MAX_LIST_ITEMS:,} items, with those of the lists in it"
            raise ParameterError(message, "Use repeat or rules.", place)
        stack += [item for item in each if isinstance(item, tuple)]
    return size


def _typed(name: str, value: Any, parameter: Parameter, place: Place) -> Any:
    if parameter.type == "choice":
        if not any(value == option and type(value) is type(option) for option in parameter.of):
            options = ", ".join(option if isinstance(option, str) else show(option) for option in parameter.of)
            raise ParameterError(f"{name} must be one of {options}, found {show(value)}", "", place)
        return value
    if parameter.type == "list":
        if not isinstance(value, tuple):
            raise ParameterError(f"{name} must be a list, found {show(value)}", "", place)
        return value
    bounds: Mapping[str, float] = {
        key: bound
        for key, bound in (("minimum", parameter.minimum), ("maximum", parameter.maximum))
        if bound is not None
    }
    return check_value(name, value, _HINTS[parameter.type], bounds, place)


def _unknown(owner: str, key: str, known: Any, call: CallExpr, place: Place) -> UnknownNameError:
    hint = suggest(key, known) or f"{call.name} takes no parameters."
    return UnknownNameError(f"{owner} has no parameter {key!r}", hint, place)
