"""YAML text -> a tree in which every value knows its place.

Scalars follow the core schema of YAML 1.2: `on` is text, 1e-3 a number, 010 is ten. The tree is built from parse
events, with limits on size, depth and aliases that hold before any work is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from fractalgen.errors import Place, SpecSyntaxError, UnknownNameError
from fractalgen.spec.limits import MAX_DEPTH, MAX_FILE_BYTES, MAX_TREE_NODES

Scalar = str | int | float | bool | None

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_MAX_DIGITS = 40
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def resolve_scalar(text: str) -> Scalar:
    """Return what an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _MAX_DIGITS:
        if _INT.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A YAML value with its place.

    Attributes:
        value: A scalar, a tuple of trees, or a mapping from text to trees.
        place: File, line, column and path.
        keys: For a mapping, the place of each key.
    """

    value: Any
    place: Place
    keys: dict[str, Place] | None = None

    @property
    def is_map(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, tuple)

    @property
    def path(self) -> str:
        """Where it stands in the file: `network.body.sequence[0].fractal.columns`."""
        return self.place.path

    def items(self) -> Iterator[tuple[str, Tree]]:
        """Yield the entries of a mapping; nothing for anything else."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def children(self) -> Iterator[Tree]:
        """Yield the trees directly inside."""
        if isinstance(self.value, dict):
            yield from self.value.values()
        elif isinstance(self.value, tuple):
            yield from self.value

    def key_place(self, key: str) -> Place:
        """Return where `key` of a mapping stands, or the mapping itself."""
        return (self.keys or {}).get(key, self.place)

    def plain(self) -> Any:
        """Return it as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value

    def text(self) -> str:
        """Return it on one line, as YAML in flow style."""
        if isinstance(self.value, dict):
            return "{" + ", ".join(f"{key}: {child.text()}" for key, child in self.value.items()) + "}"
        if isinstance(self.value, tuple):
            return "[" + ", ".join(child.text() for child in self.value) + "]"
        return _scalar_text(self.value)


def tree_of(value: Any, place: Place) -> Tree:
    """Return plain dicts, lists and scalars as a tree, all of it at `place`."""
    if isinstance(value, dict):
        return Tree({key: tree_of(child, place) for key, child in value.items()}, place, {})
    if isinstance(value, list | tuple):
        return Tree(tuple(tree_of(child, place) for child in value), place)
    return Tree(value, place)


def read_text(path: Path) -> str:
    """Return the text of a spec file.

    Raises:
        UnknownNameError: there is no such file.
        SpecSyntaxError: it cannot be read, is too large, or is not UTF-8.
    """
    place = Place(str(path))
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_FILE_BYTES else None
    except FileNotFoundError:
        raise UnknownNameError("no such file", "Give the path of a YAML file.", place) from None
    except ValueError:
        raise UnknownNameError("no file can have this name", "Give the path of a YAML file.", place) from None
    except OSError as error:
        raise SpecSyntaxError(f"cannot be read: {error.strerror}", "Give the path of a YAML file.", place) from None
    if data is None:
        size = path.stat().st_size
        raise SpecSyntaxError(
            f"the file has {size:,} bytes, the limit is {MAX_FILE_BYTES:,}",
            "Use rules instead of repetition.",
            place,
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecSyntaxError("the file is not UTF-8", "Save it as UTF-8.", Place(str(path), line, 1)) from None


def parse(text: str, file: str, root: str = "") -> Tree:
    """Return the tree of a YAML document.

    Args:
        text: The document.
        file: The name that places carry.
        root: The path that the document's top has.

    Raises:
        SpecSyntaxError: it is not YAML, has duplicate keys, or goes past a limit.
    """
    return _Builder(text, file).document(root)


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._text = text
        self._events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._anchors: dict[str, list[Any]] = {}
        self._recording: list[list[Any]] = []
        self._nodes = 0

    def document(self, root: str) -> Tree:
        try:
            while not isinstance(event := next(self._events), yaml.StreamEndEvent):
                if isinstance(event, yaml.DocumentStartEvent):
                    tree = self._node(self._next(), root, 0)
                    next(self._events)
                    if not isinstance(next(self._events), yaml.StreamEndEvent):
                        raise self._error(event, "the file holds more than one document", "Keep one.")
                    return tree
        except yaml.YAMLError as error:
            raise self._syntax_error(error) from None
        raise SpecSyntaxError("the file is empty", "Start with `network:`.", Place(self._file, 1, 1))

    def _next(self) -> Any:
        event = next(self._events)
        for record in self._recording:
            record.append(event)
        return event

    def _node(self, event: Any, path: str, depth: int, source: Iterator[Any] | None = None) -> Tree:
        self._nodes += 1
        if self._nodes > MAX_TREE_NODES:
            raise self._error(
                event,
                f"the file has more than {MAX_TREE_NODES:,} values once aliases are copied",
                "Use rules or repeat.",
            )
        if depth > MAX_DEPTH:
            raise self._error(event, f"nested deeper than {MAX_DEPTH} levels", "Split it into rules.")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path, depth)
        if getattr(event, "tag", None) not in (None, "!"):
            raise self._error(event, f"the tag {event.tag!r} means nothing here", "Remove it.")
        if event.anchor is not None and source is None:
            return self._anchored(event, path, depth)
        return self._value(event, path, depth, source)

    def _anchored(self, event: Any, path: str, depth: int) -> Tree:
        record = [event]
        self._recording.append(record)
        tree = self._value(event, path, depth, None)
        self._recording = [other for other in self._recording if other is not record]
        self._anchors[event.anchor] = record
        return tree

    def _alias(self, event: Any, path: str, depth: int) -> Tree:
        record = self._anchors.get(event.anchor)
        if record is None:
            raise self._error(event, f"the alias {event.anchor!r} has no anchor before it", f"Write &{event.anchor}.")
        replay = iter(record)
        return self._node(next(replay), path, depth, replay)

    def _value(self, event: Any, path: str, depth: int, source: Iterator[Any] | None) -> Tree:
        place = self._place(event, path)
        if isinstance(event, yaml.ScalarEvent):
            self._check_characters(event)
            return Tree(resolve_scalar(event.value) if event.implicit[0] else event.value, place)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Tree] = []
            while not isinstance(inner := self._step(source), yaml.SequenceEndEvent):
                items.append(self._node(inner, f"{path}[{len(items)}]", depth + 1, source))
            return Tree(tuple(items), place)
        return self._mapping(place, depth, source)

    def _mapping(self, place: Place, depth: int, source: Iterator[Any] | None) -> Tree:
        entries: dict[str, Tree] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := self._step(source), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "a key must be a word", 'Quote formulas: "${...}".')
            self._check_characters(event)
            key = event.value
            path = f"{place.path}.{key}" if place.path else key
            keys[key] = self._place(event, path)
            if key in entries:
                raise SpecSyntaxError(f"the key {key!r} stands twice in one mapping", "Remove one.", keys[key])
            entries[key] = self._node(self._step(source), path, depth + 1, source)
        return Tree(entries, place, keys)

    def _check_characters(self, event: Any) -> None:
        # Names and values are printed; a terminal would obey some of these.
        found = _CONTROL.search(event.value)
        if found is not None:
            message = f"the text holds the control character U+{ord(found[0]):04X}"
            raise self._error(event, message, "Remove it; of these, only tabs and line ends may stand in a text.")

    def _step(self, source: Iterator[Any] | None) -> Any:
        return self._next() if source is None else next(source)

    def _place(self, event: Any, path: str) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1, path)

    def _error(self, event: Any, message: str, hint: str) -> SpecSyntaxError:
        return SpecSyntaxError(message, hint, self._place(event, ""))

    def _syntax_error(self, error: yaml.YAMLError) -> SpecSyntaxError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        if mark is None:
            return SpecSyntaxError(f"not YAML: {problem}", "", Place(self._file, 1, 1))
        lines = self._text.splitlines()
        near = "\n".join(lines[max(0, mark.line - 1) : mark.line + 1])
        hint = 'Inside {} or [] quote formulas: "${...}".' if re.search(r"(?<![\"'])\$\{", near) else ""
        return SpecSyntaxError(f"not YAML: {problem}", hint, Place(self._file, mark.line + 1, mark.column + 1))


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    # The dumper quotes what YAML 1.1 would misread; 1.2 core reads some more words as numbers.
    style = None if isinstance(resolve_scalar(value), str) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


@lru_cache(maxsize=65_536, typed=True)
def _scalar_text(value: Scalar) -> str:
    return dump(value)


def dump(value: Any, *, width: int = 110) -> str:
    """Return plain dicts, lists and scalars as YAML text that `parse` reads back as the same values."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=width)
    return text if isinstance(value, dict | list) else text.removesuffix("\n").removesuffix("\n...")
