"""The built-in rules: YAML files of `fractalgen.rules`, read when first called."""

from __future__ import annotations

from functools import cache
from importlib import resources

from fractalgen.ir.environment import Library, library_of
from fractalgen.spec import load_text

FILES = "fractalgen/rules/"


@cache
def builtin_names() -> tuple[str, ...]:
    """Return the name of every built-in rule: one YAML file each."""
    folder = resources.files("fractalgen.rules")
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


@cache
def builtin_library(name: str) -> Library:
    """Return the rules in the file of a built-in rule."""
    text = (resources.files("fractalgen.rules") / f"{name}.yaml").read_text(encoding="utf-8")
    spec = load_text(text, f"{FILES}{name}.yaml")
    return library_of(spec.rule_book)
