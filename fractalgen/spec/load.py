"""YAML file -> Spec."""

from __future__ import annotations

import difflib
import keyword
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from fractalgen.errors import ParameterError, Place, SpecError, SpecErrors, SpecSyntaxError, UnknownNameError
from fractalgen.notebook import view
from fractalgen.registry import suggest
from fractalgen.spec._model import M, Model, read_model
from fractalgen.spec.data import Data, read_data
from fractalgen.spec.document import DropPath, Network, Rule
from fractalgen.spec.holes import Space, Values, fill, find_holes
from fractalgen.spec.imports import inline_imports
from fractalgen.spec.limits import MAX_RULE_PARAMETERS
from fractalgen.spec.parse_expression import EXPRESSION_WORDS
from fractalgen.spec.reserved import is_reserved
from fractalgen.spec.search import Search
from fractalgen.spec.train import Train
from fractalgen.spec.tree import Tree, dump, parse, read_text, tree_of
from fractalgen.spec.wording import show

_SECTIONS: dict[str, type[Model]] = {"network": Network, "drop_path": DropPath, "train": Train, "data": Data}
_KEYS = ("name", *_SECTIONS, "import", "rules", "search")


@dataclass(frozen=True, eq=False)
class Spec:
    """A spec file, read and checked as far as text alone allows.

    A spec with holes is a search space; `fill` makes plain specs of it. The sections are models of plain values, so
    they are read from a filled spec.

    Attributes:
        tree: The whole document.
        file: The name that errors carry.
    """

    tree: Tree
    file: str

    def _repr_svg_(self) -> str:
        return view("spec", self)

    @cached_property
    def space(self) -> Space:
        """The holes; empty for a plain network."""
        return find_holes(self.tree)

    @cached_property
    def name(self) -> str:
        """The `name:` of the file, or the file's own name."""
        given = self.tree.value.get("name")
        if given is None:
            return Path(self.file).stem
        if given.is_map or given.is_list or given.value is None or isinstance(given.value, bool):
            raise ParameterError(f"must be text, found {show(given.plain())}", "", given.place)
        return str(given.value)

    @cached_property
    def network(self) -> Network:
        """The network.

        Raises:
            ParameterError: the file has none.
        """
        if "network" not in self.tree.value:
            raise ParameterError("the file has no network", "Add `network: {input: ..., body: ...}`.", self.tree.place)
        return read_model(Network, self.tree.value["network"])

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules that the file defines."""
        return self.rule_book.rules

    @cached_property
    def rule_book(self) -> RuleBook:
        """The rules that the file defines and imports."""
        return _read_rules(self.tree)

    @cached_property
    def train(self) -> Train:
        """The recipe; the defaults when the file has none."""
        return self._section("train", Train)

    @cached_property
    def data(self) -> Data | None:
        """The data, when the file names them."""
        return read_data(self.tree.value["data"]) if "data" in self.tree.value else None

    @cached_property
    def search(self) -> Search | None:
        """The search, when the file has one."""
        return self._section("search", Search) if "search" in self.tree.value else None

    @cached_property
    def drop_path(self) -> DropPath:
        """Drop-path; off when the file does not say."""
        return self._section("drop_path", DropPath)

    def _section(self, key: str, model: type[M]) -> M:
        tree = self.tree.value.get(key)
        return model() if tree is None else read_model(model, tree)

    def fill(self, values: Values) -> Spec:
        """Return the plain spec with every hole filled; a search section goes, as there is nothing left to search.

        Raises:
            UnknownNameError: a hole without a value.
            ParameterError: a value that its hole cannot take.
        """
        tree = fill(self.tree, values)
        kept = {key: child for key, child in tree.items() if key != "search"}
        return Spec(replace(tree, value=kept), self.file)

    def first(self) -> Spec:
        """Return the plain spec where every hole has its first alternative or least value."""
        return self.fill(self.space.first()) if self.space else self

    def with_section(self, key: str, model: Model) -> Spec:
        """Return this spec with another `train:` or `data:` section."""
        plain = model.model_dump(mode="json", by_alias=True, exclude_none=True)
        section = tree_of(plain, replace(self.tree.place, path=key))
        return Spec(replace(self.tree, value={**self.tree.value, key: section}), self.file)

    def to_yaml(self) -> str:
        """Return the spec as YAML text that loads as the same spec."""
        return dump(self.tree.plain())

    def check_sections(self) -> None:
        """Read every section.

        Raises:
            SpecErrors: all problems found.
        """
        problems: list[SpecError] = []
        for key in self.tree.value:
            try:
                getattr(self, "rules" if key == "import" else key)
            except SpecErrors as error:
                problems += error.errors
            except SpecError as error:
                problems.append(error)
        if problems:
            raise problems[0] if len(problems) == 1 else SpecErrors(tuple(problems))


@dataclass(frozen=True)
class RuleBook:
    """The rules of a file, and those that it imports."""

    rules: dict[str, Rule]
    imports: dict[str, RuleBook]


def _read_rules(tree: Tree) -> RuleBook:
    section = tree.value.get("rules")
    imported = tree.value.get("import")
    if section is not None and not section.is_map:
        raise ParameterError(f"must be a mapping of names to rules, found {show(section.plain())}", "", section.place)
    for name in section.value if section is not None else ():
        if name in EXPRESSION_WORDS or is_reserved(name) or not name.isidentifier():
            hint = "Take a name that is no word of the language, of Python or of PyTorch modules."
            raise ParameterError(f"a rule cannot be called {name!r}", hint, section.key_place(name))
    rules = {name: read_model(Rule, child) for name, child in section.items()} if section is not None else {}
    for name, rule in rules.items():
        _check_parameter_names(rule, section.value[name])
    return RuleBook(
        rules, {name: _read_rules(child) for name, child in imported.items()} if imported is not None else {}
    )


_TAKEN = frozenset({"level", "channels", "min", "max", "len", "true", "false"})


def _check_parameter_names(rule: Rule, tree: Tree) -> None:
    if len(rule.parameters) > MAX_RULE_PARAMETERS:
        message = f"a rule has at most {MAX_RULE_PARAMETERS} parameters, found {len(rule.parameters):,}"
        raise ParameterError(message, "Put several values into one list.", tree.value["parameters"].place)
    for name in (*rule.parameters, *rule.inputs):
        parameter = rule.parameters.get(name)
        taken = _TAKEN | (EXPRESSION_WORDS if parameter is not None and parameter.type == "layer" else frozenset())
        if not name.isidentifier() or keyword.iskeyword(name) or name in taken:
            place = tree.value["parameters"].key_place(name) if name in rule.parameters else tree.place
            hint = "Take a name that is no word of the language or of its formulas."
            raise ParameterError(f"a parameter or input cannot be called {name!r}", hint, place)
    if len(set(rule.inputs)) < len(rule.inputs):
        raise ParameterError(f"an input is named twice in {list(rule.inputs)}", "", tree.place)


def load(path: str | Path, overrides: Sequence[str] = ()) -> Spec:
    """Return the spec in a YAML file.

    Args:
        path: The file.
        overrides: `path=value` pairs that replace values or holes: `network.input=[3, 64, 64]`.

    Raises:
        SpecError: the file cannot be read, is not YAML, or says something that means nothing; with its place.
    """
    return load_text(read_text(Path(path)), str(path), overrides)


def load_text(text: str, file: str = "<text>", overrides: Sequence[str] = ()) -> Spec:
    """Return the spec in a text; `file` names it in errors. Otherwise like `load`."""
    tree = parse(text, file)
    if not tree.is_map:
        raise SpecSyntaxError(f"a spec is a mapping, found {show(tree.plain())}", "Start with `network:`.", tree.place)
    for override in overrides:
        tree = _override(tree, override)
    for key in tree.value:
        if key not in _KEYS:
            raise UnknownNameError(f"unknown key {key!r}", suggest(key, _KEYS), tree.key_place(key))
    spec = Spec(inline_imports(tree, file), file)
    spec.first().check_sections()
    if "search" in tree.value:
        _ = spec.search
    return spec


def _override(tree: Tree, text: str) -> Tree:
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise ParameterError(f"{text!r} sets nothing", "Write --set path=value.", Place("--set"))
    path = path.strip()
    new = parse(value or "null", f"--set {path}", root=path)
    replaced = _replace(tree, path, new)
    section, _, key = path.partition(".")
    if replaced is None and section in _KEYS and key.isidentifier():
        wrapped = Tree({key: new}, Place(new.place.file, new.place.line, new.place.column, section), {})
        replaced = _replace(tree, section, wrapped)
    if replaced is None:
        close = difflib.get_close_matches(path, _paths(tree), n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "Write the path as errors show it."
        raise UnknownNameError(f"no value at {path!r}", hint, Place("--set"))
    return replaced


def _replace(tree: Tree, path: str, new: Tree) -> Tree | None:
    """Return `tree` with `new` at `path`, or None when nothing stands there and no mapping could take it."""
    if tree.path == path:
        return new
    if not path.startswith(tree.path):
        return None
    if tree.is_list:
        items = [_replace(child, path, new) for child in tree.value]
        if all(item is None for item in items):
            return None
        return Tree(tuple(b if a is None else a for a, b in zip(items, tree.value, strict=True)), tree.place)
    if tree.is_map:
        for key, child in tree.items():
            changed = _replace(child, path, new)
            if changed is not None:
                return Tree({**tree.value, key: changed}, tree.place, tree.keys)
        parent, _, key = path.rpartition(".")
        if parent == tree.path and key.isidentifier():
            return Tree({**tree.value, key: new}, tree.place, tree.keys)
    return None


def _paths(tree: Tree) -> list[str]:
    return [tree.path, *(path for child in tree.children() for path in _paths(child))]
