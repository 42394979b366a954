"""What a name in an expression place means: a layer parameter, a rule or an op, in this order."""

from __future__ import annotations

from fractalgen.errors import Place, UnknownNameError
from fractalgen.ir.builtin_rules import builtin_library, builtin_names
from fractalgen.ir.environment import Environment, Layer, Library
from fractalgen.ir.ops import OPS
from fractalgen.registry import suggest
from fractalgen.spec import Rule
from fractalgen.spec.parse_expression import EXPRESSION_WORDS

Target = Layer | tuple[Rule, Library] | str
"""A layer argument, a rule with the library that it was written in, or the name of an op."""


def resolve(name: str, environment: Environment, place: Place) -> Target:
    """Return what `name` means where `environment` holds.

    Raises:
        UnknownNameError: nothing has this name.
    """
    value = environment.names.get(name)
    if isinstance(value, Layer):
        return value
    found = rule_or_op(name, environment.library)
    if found is None:
        layers = [key for key, item in environment.names.items() if isinstance(item, Layer)]
        raise unknown_name(name, environment.library, layers, place)
    return found


def rule_or_op(name: str, library: Library) -> tuple[Rule, Library] | str | None:
    """Return the rule or op of this name, or None; rules of the file hide built-in ones."""
    if name in library.rules:
        return library.rules[name], library
    alias, dot, inner = name.partition(".")
    if dot:
        other = library.imports.get(alias)
        return rule_of(inner, other) if other is not None else None
    if name in OPS:
        return name
    if name in builtin_names():
        other = builtin_library(name)
        return other.rules[name], other
    return None


def rule_of(name: str, library: Library) -> tuple[Rule, Library] | None:
    """Return a rule that `library` itself has or imports."""
    found = rule_or_op(name, library) if "." in name or name in library.rules else None
    return None if isinstance(found, str) else found


def unknown_name(name: str, library: Library, layers: list[str], place: Place) -> UnknownNameError:
    """Return the error for a name that nothing has."""
    imported = [f"{alias}.{rule}" for alias, other in library.imports.items() for rule in other.rules]
    known = [*EXPRESSION_WORDS, *layers, *library.rules, *imported, *builtin_names(), *OPS]
    return UnknownNameError(f"unknown rule or op {name!r}", suggest(name, known), place)
