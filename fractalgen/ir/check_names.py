"""Names and defaults in every rule of a file, whether the network uses it or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING
from itertools import islice

from fractalgen.errors import ParameterError, SpecError, SpecErrors, UnknownNameError
from fractalgen.ir.arguments import SHARE
from fractalgen.ir.check_parameters import default_problems, layer_name_problems
from fractalgen.ir.environment import Library, library_of
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import declared
from fractalgen.ir.resolve import rule_or_op, unknown_name
from fractalgen.registry import suggest
from fractalgen.spec import Rule, Spec
from fractalgen.spec.expressions import (
    BusExpr,
    CallExpr,
    Expression,
    ForeachExpr,
    GraphExpr,
    JoinExpr,
    RepeatExpr,
    SequenceExpr,
    SiteExpr,
    TapExpr,
)
from fractalgen.spec.formula import formula_of
from fractalgen.spec.limits import MAX_PROBLEMS
from fractalgen.spec.parse_expression import parse_expression
from fractalgen.spec.tree import Tree

Layers = dict[str, tuple[str, ...]]
"""The layer parameters that can be called, and the names that each gives."""


def check_names(spec: Spec) -> None:
    """Check the names of calls, joins, layers and their parameters, what calls leave out, and defaults.

    Raises:
        SpecErrors: what is wrong; at most 1,000 of it.
    """
    plain = spec.first()
    library = library_of(plain.rule_book)
    problems = tuple(islice(_all_problems(plain, library), MAX_PROBLEMS))
    if problems:
        raise problems[0] if len(problems) == 1 else SpecErrors(problems)


def _all_problems(spec: Spec, library: Library) -> Iterator[SpecError]:
    yield from layer_name_problems(spec.tree, library)
    if "network" in spec.tree.value:
        yield from _tree_problems(spec.network.body, library, {})
    yield from _rule_problems(library)


def _rule_problems(library: Library) -> Iterator[SpecError]:
    """Yield what is wrong in the rules of a file, and of those that it imports."""
    for name, rule in library.rules.items():
        layers: Layers = {}
        for key, parameter in rule.parameters.items():
            if parameter.type == "layer":
                if parameter.default is not None:
                    yield from _tree_problems(parameter.default, library, layers)
                layers[key] = parameter.gives
        yield from default_problems(name, rule, library)
        for tree in (rule.base, rule.step, rule.body):
            if tree is not None:
                yield from _tree_problems(tree, library, layers)
    for other in library.imports.values():
        yield from _rule_problems(other)


def _tree_problems(tree: Tree, library: Library, layers: Layers) -> Iterator[SpecError]:
    try:
        expression = parse_expression(tree)
    except SpecError as error:
        yield error
        return
    for call in _inside(expression):
        if isinstance(call, JoinExpr):
            yield from _mode_problems(call.mode)
            continue
        if call.name in layers:
            known = set(layers[call.name])
        else:
            target = rule_or_op(call.name, library)
            if target is None:
                yield unknown_name(call.name, library, list(layers), call.place)
                continue
            known = {*declared(OPS.get(call.name)), SHARE} if isinstance(target, str) else set(target[0].parameters)
            yield from _missing(call, target)
        for key, tree in call.arguments:
            if key not in known:
                yield UnknownNameError(f"{call.name!r} has no parameter {key!r}", suggest(key, known), tree.place)
        if not isinstance(target := rule_or_op(call.name, library), tuple):
            continue
        yield from _layer_problems(call, target[0], library, layers)


def _missing(call: CallExpr, target: str | tuple[Rule, Library]) -> Iterator[ParameterError]:
    """Yield the parameters without a default that a call leaves out."""
    given = dict(call.arguments)
    if isinstance(target, str):
        needed = [key for key, (_, item) in declared(OPS.get(target)).items() if item.default is MISSING]
        message, hint = "{name!r} needs a value for {key!r}", f"Write {{{target}: {{KEY: ...}}}}."
    else:
        needed = [key for key, parameter in target[0].parameters.items() if parameter.default is None]
        message, hint = "the rule {name!r} needs a value for {key!r}", ""
    for key in needed:
        if key not in given:
            yield ParameterError(message.format(name=call.name, key=key), hint.replace("KEY", key), call.place)


def _mode_problems(mode: Tree) -> Iterator[SpecError]:
    """Yield what is wrong with the name of a join and the names of its parameters, where no formula gives them."""
    if mode.is_map:
        if len(mode.value) != 1:
            yield ParameterError(f"a join is one word or one key, found {mode.text()}", "", mode.place)
            return
        ((name, options),) = mode.value.items()
        place, given = mode.key_place(name), dict(options.items()) if options.is_map else {}
    elif isinstance(mode.value, str) and formula_of(mode.value, mode.place) is None:
        name, place, given = mode.value, mode.place, {}
    else:
        return
    try:
        known = declared(JOINS.get(name, place))
    except UnknownNameError as error:
        yield error
        return
    for key, tree in given.items():
        if key not in known:
            yield UnknownNameError(f"{name!r} has no parameter {key!r}", suggest(key, known), tree.place)


def _layer_problems(call: CallExpr, rule: Rule, library: Library, layers: Layers) -> Iterator[SpecError]:
    for key, tree in call.arguments:
        parameter = rule.parameters.get(key)
        if parameter is not None and parameter.type == "layer":
            yield from _tree_problems(tree, library, layers)


def _inside(expression: Expression) -> Iterator[CallExpr | JoinExpr]:
    stack = [expression]
    while stack:
        each = stack.pop()
        match each:
            case CallExpr():
                yield each
            case SequenceExpr():
                stack += each.parts
            case RepeatExpr() | ForeachExpr() | BusExpr():
                stack.append(each.body)
            case SiteExpr():
                stack.append(each.layer)
            case TapExpr():
                stack.append(each.of)
            case GraphExpr():
                stack += [node.of for node in each.nodes]
            case JoinExpr():
                yield each
                if each.branches is not None:
                    stack += each.branches if isinstance(each.branches, tuple) else [each.branches]
