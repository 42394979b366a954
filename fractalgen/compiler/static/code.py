"""What torch.fx writes -> the code that a person would write.

torch.fx gives every value a name of its own and sets it to None after its last use. Here a value that ends hands its
name on, short expressions that are read once stand where they are read, and blank lines part the rule calls.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

SHORT = 110
"""Characters of an expression, names of values not counted, above which it is not put into another."""


def readable(body: list[str]) -> list[str]:
    """Return the body of a function that computes the same, in the same order, and frees values as early.

    Args:
        body: What torch.fx wrote; code of any other form is returned as it is.
    """
    *lines, last = ast.parse("".join(body)).body
    statements = _statements(lines)
    if statements is None or not isinstance(last, ast.Return) or last.value is None:
        return body
    statements.append(_Statement("", last.value, set(_names(last.value))))
    return ["\n".join(_lines(_folded(statements)))]


@dataclass(frozen=True)
class _Statement:
    """`target = value`, after which the values `done` are not read; the last has no target and returns its value."""

    target: str
    value: ast.expr
    done: set[str]


def _statements(lines: Iterable[ast.stmt]) -> list[_Statement] | None:
    """Return statements, weights that are read once put where they are used; None for code of another form."""
    statements: list[_Statement] = []
    weights: dict[str, ast.expr] = {}
    reads = Counter(name for line in lines if isinstance(line, ast.Assign) for name in _names(line.value))
    for line in lines:
        if not isinstance(line, ast.Assign) or not all(isinstance(target, ast.Name) for target in line.targets):
            return None
        names = [target.id for target in line.targets if isinstance(target, ast.Name)]
        if isinstance(line.value, ast.Constant) and line.value.value is None:
            if statements:
                statements[-1].done.update(name for name in names if name not in weights)
        elif _path(line.value) and reads[names[0]] == 1:
            weights[names[0]] = line.value
        else:
            statements.append(_Statement(names[0], _replaced(line.value, weights), set()))
    return statements


def _folded(statements: Iterable[_Statement]) -> list[_Statement]:
    folded: list[_Statement] = []
    for statement in statements:
        after = statement
        while folded and (joint := _fold(folded[-1], after)) is not None:
            folded.pop()
            after = joint
        folded.append(after)
    return folded


def _fold(before: _Statement, after: _Statement) -> _Statement | None:
    """Return two statements as one, if that is short and computes in the same order."""
    name = before.target
    if name not in after.done or name not in _first_read(after.value) or not _has_room(before, after):
        return None
    value = _replaced(after.value, {name: before.value})
    if _length(value) > SHORT:
        return None
    return _Statement(after.target, value, before.done | after.done - {name})


def _first_read(value: ast.expr) -> set[str]:
    """Return the names that are read once, before anything is computed."""
    names: list[str] = []
    for node in _evaluated(value):
        if isinstance(node, ast.Name):
            names.append(node.id)
        elif isinstance(node, ast.Call | ast.BinOp):
            break
    return {name for name in names if _names(value).count(name) == 1}


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield parts of an expression in the order in which Python evaluates them."""
    for child in ast.iter_child_nodes(node):
        yield from _evaluated(child)
    yield node


def _has_room(before: _Statement, after: _Statement) -> bool:
    """Return whether an expression may stand in another: arithmetic in arithmetic, a module's call before methods."""
    if any(isinstance(node, ast.List | ast.Tuple) for node in ast.walk(after.value)) or _calls_module(after.value):
        return False
    return _receiver(after.value) == before.target or not _calls_module(before.value)


def _receiver(value: ast.expr) -> str:
    """Return the name whose methods an expression calls and which reads nothing else."""
    names = _names(value)
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    return value.id if isinstance(value, ast.Name) and names == [value.id] else ""


def _calls_module(value: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) and _path(node.func) for node in ast.walk(value))


def _lines(statements: Sequence[_Statement]) -> Iterator[str]:
    """Yield the text of statements, names of ended values handed on."""
    names = _Names(statements)
    block = None
    for statement, inside in zip(statements, _blocks(statements), strict=True):
        value = _replaced(statement.value, names.of)
        if None not in (block, inside) and block != inside:
            yield ""
        block = block if inside is None else inside
        if not statement.target:
            yield f"return {ast.unparse(value)}"
            return
        target, ended = names.hand_on(statement)
        yield f"{target} = {ast.unparse(value)}"
        if ended:
            yield f"del {', '.join(ended)}"


class _Names:
    """Short names for values: the first that no living value has."""

    def __init__(self, statements: Iterable[_Statement]) -> None:
        made = {statement.target for statement in statements}
        given = {name for each in statements for name in chain(_names(each.value), each.done)} - made
        self.of: dict[str, ast.Name] = {name: ast.Name(name) for name in sorted(given)}
        self._weights: set[str] = set()

    def hand_on(self, statement: _Statement) -> tuple[str, list[str]]:
        """Return the name of what a statement makes, and the names that end with it and are not handed on."""
        free = {self.of.pop(done).id for done in statement.done if done in self.of}
        taken = {value.id for value in self.of.values()}
        ended_first = chain((name for name in _short_names(8) if name in free), _short_names())
        name = next(name for name in ended_first if name not in taken)
        self.of[statement.target] = ast.Name(name)
        self._weights = self._weights - {name} | ({name} if _path(statement.value) else set())
        return name, sorted(free - {name} - self._weights)


def _short_names(most: int | None = None) -> Iterator[str]:
    numbers = count(1) if most is None else range(1, most)
    yield from chain("xyzwvu", (f"x{number}" for number in numbers))


def _blocks(statements: Iterable[_Statement]) -> list[str | None]:
    """Return the rule call of the body that each statement belongs to; one of a single statement stands with others."""
    blocks = [_block(statement.value) for statement in statements]
    sizes = Counter(blocks)
    return ["" if block is not None and sizes[block] == 1 else block for block in blocks]


def _block(value: ast.expr) -> str | None:
    """Return the rule call of the body that an expression calls a module of, if it calls one."""
    for node in ast.walk(value):
        path = _path(node.func) if isinstance(node, ast.Call) else None
        if path:
            return path[0] if len(path) > 1 else ""
    return None


def _path(node: ast.AST) -> list[str] | None:
    """Return the names after `self` in `self.a.b`; None for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return names[::-1] if isinstance(node, ast.Name) and node.id == "self" else None


def _names(value: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(value) if isinstance(node, ast.Name) and node.id not in ("self", "torch")]


def _length(value: ast.expr) -> int:
    return len(ast.unparse(value)) - sum(len(name) - 1 for name in _names(value))


def _replaced(value: ast.expr, by: Mapping[str, ast.expr]) -> ast.expr:
    """Return a copy with names replaced; `copy.deepcopy` takes ten times as long."""

    def copied(part: Any) -> Any:
        if isinstance(part, ast.Name):
            return by.get(part.id, part)
        if isinstance(part, list):
            return [copied(item) for item in part]
        if isinstance(part, ast.AST):
            return type(part)(**{name: copied(inner) for name, inner in ast.iter_fields(part)})
        return part

    replaced: ast.expr = copied(value)
    return replaced
