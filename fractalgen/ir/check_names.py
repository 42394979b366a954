"""Names in every rule of a file, whether the network uses it or not."""

from __future__ import annotations

from collections.abc import Iterator

from fractalgen.errors import SpecError, SpecErrors, UnknownNameError
from fractalgen.ir.arguments import SHARE
from fractalgen.ir.environment import Library, library_of
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import declared
from fractalgen.ir.resolve import rule_or_op, unknown_name
from fractalgen.registry import suggest
from fractalgen.spec import Rule, Spec
from fractalgen.spec.expressions import (
    CallExpr,
    Expression,
    ForeachExpr,
    GraphExpr,
    JoinExpr,
    RepeatExpr,
    SequenceExpr,
    TapExpr,
)
from fractalgen.spec.parse_expression import parse_expression


def check_names(spec: Spec) -> None:
    """Check the name and the parameter names of every call.

    Raises:
        SpecErrors: calls of what does not exist; all of them.
    """
    plain = spec.first()
    library = library_of(plain.rule_book)
    problems: list[SpecError] = []
    if "network" in plain.tree.value:
        problems += _problems(parse_expression(plain.network.body), library, {})
    for rule in plain.rules.values():
        layers = {name: item.gives for name, item in rule.parameters.items() if item.type == "layer"}
        for tree in (rule.base, rule.step, rule.body):
            if tree is not None:
                problems += _problems(parse_expression(tree), library, layers)
    if problems:
        raise problems[0] if len(problems) == 1 else SpecErrors(tuple(problems))


def _problems(expression: Expression, library: Library, layers: dict[str, tuple[str, ...]]) -> Iterator[SpecError]:
    for call in _calls(expression):
        if call.name in layers:
            known = set(layers[call.name])
        else:
            target = rule_or_op(call.name, library)
            if target is None:
                yield unknown_name(call.name, library, list(layers), call.place)
                continue
            known = {*declared(OPS.get(call.name)), SHARE} if isinstance(target, str) else set(target[0].parameters)
        for key, tree in call.arguments:
            if key not in known:
                yield UnknownNameError(f"{call.name!r} has no parameter {key!r}", suggest(key, known), tree.place)
        if not isinstance(target := rule_or_op(call.name, library), tuple):
            continue
        yield from _layer_problems(call, target[0], library, layers)


def _layer_problems(
    call: CallExpr, rule: Rule, library: Library, layers: dict[str, tuple[str, ...]]
) -> Iterator[SpecError]:
    for key, tree in call.arguments:
        parameter = rule.parameters.get(key)
        if parameter is not None and parameter.type == "layer":
            yield from _problems(parse_expression(tree), library, layers)


def _calls(expression: Expression) -> Iterator[CallExpr]:
    stack = [expression]
    while stack:
        each = stack.pop()
        match each:
            case CallExpr():
                yield each
            case SequenceExpr():
                stack += each.parts
            case RepeatExpr() | ForeachExpr():
                stack.append(each.body)
            case TapExpr():
                stack.append(each.of)
            case GraphExpr():
                stack += [node.of for node in each.nodes]
            case JoinExpr() if each.branches is not None:
                stack += each.branches if isinstance(each.branches, tuple) else [each.branches]
