"""The arithmetic of `${...}`: a small interpreter with bounds.

Python's own parser reads the text; everything outside the closed grammar is refused, and nothing is ever evaluated by
Python itself. Grammar: numbers, quoted text, names, `+ - * / // % **`, comparisons, `a if c else b`, indexing, and min,
max, len.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from fractalgen.errors import ParameterError, Place, SpecSyntaxError, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.spec.limits import MAX_FORMULA_LENGTH, MAX_NUMBER, MAX_TEXT_LENGTH
from fractalgen.spec.wording import show

_REFERENCE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_EMBEDDED = re.compile(r"\$\{([^{}]*)\}")

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "len": len}
_CONSTANTS = {"true": True, "false": False}


class Unknown:
    """A value that is not fixed yet, such as the index of a loop whose rounds are only being counted."""


class UnknownValueError(Exception):
    """A formula touched an `Unknown`."""

    def __init__(self, value: Unknown) -> None:
        super().__init__(value)
        self.value = value


@dataclass(frozen=True)
class Formula:
    """A parsed formula, or text with formulas inside.

    Attributes:
        text: As the user wrote it.
        parts: Literal text and expressions in turn; a single expression gives its value, several give text.
        names: Every name that it reads.
    """

    text: str
    parts: tuple[str | ast.expr, ...]
    names: frozenset[str]

    @cached_property
    def steps(self) -> int:
        """How many operations, names and numbers an evaluation visits at most."""
        trees = [part for part in self.parts if isinstance(part, ast.expr)]
        return sum(isinstance(node, ast.expr) for tree in trees for node in ast.walk(tree))

    @cached_property
    def walked(self) -> tuple[str, ...]:
        """The names that it reads, when it compares values or takes the least or largest, which walks lists."""
        nodes = [node for part in self.parts if isinstance(part, ast.expr) for node in ast.walk(part)]
        return tuple(self.names) if any(isinstance(node, ast.Compare | ast.Call) for node in nodes) else ()

    def value(self, names: Mapping[str, Any], place: Place) -> Any:
        """Return the value with `names` filled in.

        Raises:
            UnknownNameError: a name that is not in `names`.
            ParameterError: arithmetic that has no value, or one out of bounds; a text past the limit.
            UnknownValueError: it reads an `Unknown`.
        """
        interpreter = _Interpreter(self.text, names, place)
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return interpreter.value(self.parts[0])
        text = "".join(part if isinstance(part, str) else _as_text(interpreter.value(part)) for part in self.parts)
        if len(text) > MAX_TEXT_LENGTH:
            message = f"{self.text!r} gives {len(text):,} characters, the limit is {MAX_TEXT_LENGTH:,}"
            raise ParameterError(message, "", place)
        return text


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else show(value)


def formula_of(text: str, place: Place) -> Formula | None:
    """Return the formula in `text`, or None when it is plain text.

    Raises:
        SpecSyntaxError: it starts like a formula and is none.
    """
    if "$" not in text:
        return None
    try:
        return _parse(text)
    except SpecSyntaxError as error:
        raise SpecSyntaxError(error.message, error.hint, place) from None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Formula | None:
    if len(text) > MAX_FORMULA_LENGTH:
        raise SpecSyntaxError(f"the formula has {len(text):,} characters, the limit is {MAX_FORMULA_LENGTH}")
    reference = _REFERENCE.fullmatch(text)
    if reference:
        return Formula(text, (ast.Name(reference[1]),), frozenset((reference[1],)))
    parts: list[str | ast.expr] = []
    end = 0
    for match in _EMBEDDED.finditer(text):
        parts += [text[end : match.start()]] if match.start() > end else []
        parts.append(_expression(match[1], text))
        end = match.end()
    parts += [text[end:]] if end < len(text) else []
    if any(isinstance(part, str) and ("$" in part) for part in parts):
        raise SpecSyntaxError(f"{text!r} is not a formula", "Write $name, or ${...} with balanced braces.")
    names = {
        node.id for part in parts if isinstance(part, ast.AST) for node in ast.walk(part) if isinstance(node, ast.Name)
    }
    return Formula(text, tuple(parts), frozenset(names - _FUNCTIONS.keys() - _CONSTANTS.keys()))


def _expression(text: str, whole: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise SpecSyntaxError(f"{whole!r} is not a formula", _GRAMMAR) from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Constant) and not _plain_constant(node.value)):
            raise SpecSyntaxError(f"{type(node).__name__.lower()} in {whole!r} is not allowed in a formula", _GRAMMAR)
    return tree


def _plain_constant(value: object) -> bool:
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        return False
    return isinstance(value, int | float | str)


_GRAMMAR = "Use numbers, names, + - * / // % **, comparisons, a if c else b, indexing, min, max, len."
_ALLOWED = (
    ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.USub, ast.UAdd, ast.Compare, ast.IfExp,
    ast.Subscript, ast.Call, ast.Pow, *_BINARY, *_COMPARE,
)  # fmt: skip


class _NoValueError(Exception):
    """Says why a formula has no value."""


class _Interpreter:
    def __init__(self, text: str, names: Mapping[str, Any], place: Place) -> None:
        self._text = text
        self._names = names
        self._place = place

    def value(self, node: ast.expr) -> Any:
        try:
            return self._bounded(self._visit(node))
        except ZeroDivisionError:
            reason = "it divides by zero"
        except OverflowError:
            reason = "it is past what numbers can hold"
        except _NoValueError as error:
            reason = str(error)
        raise self._error(f"{self._text!r} has no value: {reason}")

    def _visit(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self._name(node.id)
            case ast.BinOp():
                return self._bounded(self._binary(node.op, self._visit(node.left), self._visit(node.right)))
            case ast.UnaryOp():
                inner = _number(self._visit(node.operand))
                return -inner if isinstance(node.op, ast.USub) else +inner
            case ast.IfExp():
                return self._visit(node.body if self._visit(node.test) else node.orelse)
            case ast.Compare():
                return self._compare(node)
            case ast.Subscript():
                return _item(self._visit(node.value), self._visit(node.slice))
            case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS and not node.keywords:
                return _called(name, [self._visit(argument) for argument in node.args])
            case _:
                raise self._error(f"{self._text!r} is not a formula")

    def _name(self, name: str) -> Any:
        if name in self._names:
            found = self._names[name]
            if isinstance(found, Unknown):
                raise UnknownValueError(found)
            return found
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        raise UnknownNameError(f"unknown name {name!r} in {self._text!r}", suggest(name, self._names), self._place)

    def _binary(self, kind: ast.operator, left: Any, right: Any) -> Any:
        left, right = _number(left), _number(right)
        if isinstance(kind, ast.Pow):
            if abs(right) > 64 or (isinstance(left, int) and left.bit_length() * right > 64):
                raise self._error(f"{self._text!r} is too large a power")
            return left**right
        return _BINARY[type(kind)](left, right)

    def _compare(self, node: ast.Compare) -> bool:
        left = self._visit(node.left)
        for kind, other in zip(node.ops, node.comparators, strict=True):
            right = self._visit(other)
            try:
                holds = _COMPARE[type(kind)](left, right)
            except TypeError:
                raise _NoValueError(f"{show(left)} and {show(right)} have no order") from None
            if not holds:
                return False
            left = right
        return True

    def _bounded(self, value: Any) -> Any:
        if isinstance(value, complex) or (isinstance(value, int | float) and not abs(value) <= MAX_NUMBER):
            raise self._error(f"{self._text!r} is out of bounds: past 10^18")
        return value

    def _error(self, message: str) -> ParameterError:
        return ParameterError(message, "", self._place)


def _number(value: Any) -> Any:
    if not isinstance(value, int | float):
        raise _NoValueError(f"arithmetic needs numbers, found {show(value)}")
    return value


def _item(value: Any, index: Any) -> Any:
    try:
        return value[index]
    except (TypeError, LookupError):
        raise _NoValueError(f"{show(value)} has no item {show(index)}") from None


def _called(name: str, arguments: list[Any]) -> Any:
    try:
        return _FUNCTIONS[name](*arguments)
    except (TypeError, ValueError):
        raise _NoValueError(f"{name} cannot take {', '.join(map(show, arguments)) or 'nothing'}") from None
