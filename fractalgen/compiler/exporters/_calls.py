"""The call that constructs a module, as source."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn


@dataclass(frozen=True)
class Argument:
    """One argument of a call.

    Attributes:
        name: The parameter's name.
        keyword: Whether its name is written.
        value: What is given.
        text: How that is written.
        given: Whether it is written at all; a default is not.
    """

    name: str
    keyword: bool
    value: Any
    text: str
    given: bool = True


@dataclass(frozen=True)
class Call:
    """The call of a class or function."""

    name: str
    arguments: tuple[Argument, ...] = ()

    def with_texts(self, texts: Mapping[str, str]) -> Call:
        """Return this call with these texts for the parameters named."""
        arguments = [
            replace(each, text=texts[each.name], given=True) if each.name in texts else each for each in self.arguments
        ]
        return Call(self.name, tuple(arguments))

    def __str__(self) -> str:
        given = (each for each in self.arguments if each.given)
        written = (f"{each.name}={each.text}" if each.keyword else each.text for each in given)
        return f"{self.name}({', '.join(written)})"


def call_of(module: nn.Module) -> Call:
    """Return the call that constructs `module`: every argument is an attribute of its own; defaults are left out."""
    if isinstance(module, nn.Sequential):
        parts = [Argument("", False, None, str(call_of(child))) for child in module]
        return Call("nn.Sequential", tuple(parts))
    kind, arguments = type(module), []
    for name, parameter in inspect.signature(kind).parameters.items():
        value, required = _value(module, name, parameter.default), parameter.default is parameter.empty
        given = required or value != _default(module, name, parameter.default)
        keyword = not required or parameter.kind is parameter.KEYWORD_ONLY
        arguments.append(Argument(name, keyword, value, repr(value), given))
    return Call(f"nn.{kind.__name__}" if kind.__module__.startswith("torch.nn") else kind.__name__, tuple(arguments))


def weight_of(tensor: Tensor) -> Call:
    """Return what makes a weight that belongs to no module of torch: logits at zero, kernels drawn as torch draws."""
    shape = ", ".join(map(str, tensor.shape))
    if tensor.dim() == 1:
        return Call("torch.zeros", (Argument("size", False, None, shape),))
    arguments = (Argument("tensor", False, None, f"torch.empty({shape})"), Argument("a", True, None, "5**0.5"))
    return Call("nn.init.kaiming_uniform_", arguments)


def _value(module: nn.Module, name: str, default: Any) -> Any:
    value = getattr(module, name, default)
    if name == "bias" and not isinstance(value, bool):
        return value is not None
    return _plain(value)


def _default(module: nn.Module, name: str, default: Any) -> Any:
    """Return the value that need not be written."""
    if name == "stride" and default is None:
        return _plain(module.kernel_size)
    if name == "bias" and not (getattr(module, "affine", True) and getattr(module, "elementwise_affine", True)):
        return False  # without a scale there is no shift either, and older torch does not know the argument
    return _plain(default)


def _plain(value: Any) -> Any:
    """Return one number for a pair of it, which torch takes for the same."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value
