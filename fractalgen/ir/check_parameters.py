"""Parameters of rules: what a layer may be called, and what a default may be."""

from __future__ import annotations

from collections.abc import Iterator

from fractalgen.errors import ParameterError, SpecError
from fractalgen.ir.arguments import Arguments, NeedsRounds
from fractalgen.ir.builtin_rules import builtin_names
from fractalgen.ir.environment import Environment, JoinMode, Library
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import make
from fractalgen.ir.terms import Frame
from fractalgen.spec import Rule
from fractalgen.spec.document import Parameter
from fractalgen.spec.formula import Unknown
from fractalgen.spec.tree import Tree


def layer_name_problems(file: Tree, library: Library) -> Iterator[ParameterError]:
    """Yield the layer parameters that have the name of an op or a rule, in a file and in those that it imports.

    Args:
        file: The document.
        library: Its rules.
    """
    for name, rule in library.rules.items():
        for key, parameter in rule.parameters.items():
            owner = _owner(key, library) if parameter.type == "layer" else None
            if owner is not None:
                place = file.value["rules"].value[name].value["parameters"].key_place(key)
                message = f"the layer parameter {key!r} has the name of {owner}"
                yield ParameterError(message, "Take another name: in this rule it would hide the other.", place)
    for alias, other in library.imports.items():
        yield from layer_name_problems(file.value["import"].value[alias], other)


def _owner(name: str, library: Library) -> str | None:
    """Return what else has this name."""
    if name in library.rules:
        return "a rule of this file"
    if name in builtin_names():
        return "a built-in rule"
    return "an op" if name in OPS else None


def default_problems(name: str, rule: Rule, library: Library) -> Iterator[SpecError]:
    """Yield the defaults that their parameters cannot take, as far as no other parameter decides it."""
    environment = Environment({}, library, Frame(name))
    for key, parameter in rule.parameters.items():
        if parameter.default is not None:
            try:
                _check_default(f"{name}.{key}", parameter.default, parameter, environment)
            except NeedsRounds:
                pass
            except SpecError as error:
                yield error
        environment = environment.extended({key: Unknown()})


def _check_default(name: str, default: Tree, parameter: Parameter, environment: Environment) -> None:
    value = Arguments().argument(name, default, parameter, environment)
    if isinstance(value, JoinMode):
        make(JOINS.get(value.name, default.place), value.name, dict(value.arguments), default.place)
