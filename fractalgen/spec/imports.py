"""`import: {name: file}`: rules of other files, put into the tree where they are imported.

After this a spec is one tree, so that holes in imported rules are found like all others, and the spec of a run needs no
other file.
"""

from __future__ import annotations

from pathlib import Path

from fractalgen.errors import CycleError, ParameterError, SpecError, SpecSyntaxError
from fractalgen.spec.tree import Tree, parse, read_text
from fractalgen.spec.wording import show

KEY = "import"
_KEPT = ("rules", KEY)


def inline_imports(tree: Tree, file: str, chain: tuple[Path, ...] = ()) -> Tree:
    """Return `tree` with each imported file in place of its name; paths are relative to `file`.

    Raises:
        SpecError: a file that cannot be read or means nothing.
        CycleError: files that import each other.
    """
    section = tree.value.get(KEY)
    if section is None:
        return tree
    if not section.is_map:
        raise ParameterError(f"must be a mapping of names to files, found {show(section.plain())}", "", section.place)
    found = {}
    for name, child in section.items():
        if not name.isidentifier():
            raise ParameterError(f"an import cannot be called {name!r}", "", section.key_place(name))
        found[name] = _resolve(child, file, (*chain, _absolute(file)))
    return Tree({**tree.value, KEY: Tree(found, section.place, section.keys)}, tree.place, tree.keys)


def _resolve(child: Tree, file: str, chain: tuple[Path, ...]) -> Tree:
    if child.is_map:
        unknown = next((key for key in child.value if key not in _KEPT), None)
        if unknown is not None:
            hint = "Name a file, or write {rules: {...}}; an import cannot be a hole."
            raise ParameterError(f"an import has no key {unknown!r}", hint, child.key_place(unknown))
        return inline_imports(child, file, chain)
    if not isinstance(child.value, str):
        raise ParameterError(f"an import names a file, found {show(child.plain())}", "", child.place)
    path = Path(file).parent / child.value
    if _absolute(str(path)) in chain:
        names = " -> ".join(each.name for each in (*chain, path))
        raise CycleError(
            f"files import each other: {names}", "Move the shared rules to a file of their own.", child.place
        )
    other = parse(_read(path, child), str(path), root=child.path)
    if not other.is_map:
        raise SpecSyntaxError(f"a file of rules is a mapping, found {show(other.plain())}", "", other.place)
    kept = {key: value for key, value in other.items() if key in _KEPT}
    if "rules" not in kept:
        raise ParameterError(f"{child.value!r} has no rules to import", "", child.place)
    return inline_imports(Tree(kept, other.place, other.keys), str(path), chain)


def _read(path: Path, child: Tree) -> str:
    try:
        return read_text(path)
    except SpecError as error:
        if error.place is not None and error.place.line:
            raise
        # What is wrong with a file as a whole is the mistake of the line that names it.
        hint = "Give the path of a YAML file, seen from the file that imports it."
        raise type(error)(f"{child.value!r} cannot be imported: {error.message}", hint, child.place) from None


def _absolute(file: str) -> Path:
    return Path(file).absolute()
