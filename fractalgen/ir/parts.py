"""What every op and join is: declared fields, types in and out, cost, and a torch module when asked.

A part is a frozen dataclass. Its fields are its parameters in the rule language, checked here against their type hints
and the bounds that `field` declares.
"""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from fractalgen.errors import ParameterError, Place, UnknownNameError
from fractalgen.ir.types import TensorType
from fractalgen.registry import suggest
from fractalgen.spec.wording import describe, show

if TYPE_CHECKING:
    from torch import nn

P = typing.TypeVar("P")
Pair = tuple[int, int]
Types = tuple[TensorType, ...]


def as_pair(value: int | Pair) -> Pair:
    """Return a size along height and width."""
    return (value, value) if isinstance(value, int) else value


@dataclass(frozen=True, slots=True)
class Cost:
    """Learned numbers, and multiply-accumulates for one sample forward."""

    parameters: int = 0
    macs: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.parameters + other.parameters, self.macs + other.macs)


def field(default: Any = dataclasses.MISSING, **bounds: float) -> Any:
    """Declare a parameter of an op or join with its default and `minimum`, `maximum` or `below` bounds."""
    return dataclasses.field(default=default, metadata=bounds)


def beginning(default: Any) -> Any:
    """Declare a field that only says how learned numbers begin.

    It is no parameter of the language, and the function family does not depend on it: fingerprints leave it out.
    """
    return dataclasses.field(default=default, repr=False, metadata={"beginning": True})


@dataclass(frozen=True)
class Part(ABC):
    """Base of ops and joins."""

    stochastic: ClassVar[bool] = False
    """True where training draws random numbers."""

    takes_streams: ClassVar[bool] = False
    """True where it can read the streams of a residual bus."""

    @abstractmethod
    def infer(self, inputs: Types) -> TensorType:
        """Return the type of the output.

        Raises:
            ShapeError: the inputs do not fit; the message gives their shapes.
        """

    def cost(self, inputs: Types) -> Cost:
        """Return what one application costs; nothing unless a part says otherwise."""
        del inputs
        return Cost()

    @property
    def varies(self) -> bool:
        """Whether two training passes over one input give different values; some parts draw for gradients alone."""
        return self.stochastic

    @property
    def can_drop(self) -> bool:
        """Whether drop-path may leave out some of its inputs."""
        return False

    @abstractmethod
    def build(self, inputs: Types) -> nn.Module:
        """Return a new torch module. It is called on the input tensors, batch first."""

    def resolved(self, inputs: Types) -> Part:
        """Return this part with every default that depends on its inputs filled in."""
        del inputs
        return self


@dataclass(frozen=True)
class Op(Part):
    """One operation on one tensor."""

    depth: ClassVar[int] = 0
    """What it adds to the depth of a network as papers count it: 1 for convolutions and attention."""

    idempotent: ClassVar[bool] = False
    """True where applying it twice in a row equals applying it once."""

    is_noop: ClassVar[bool] = False
    """True where it changes nothing, so that simplification removes it."""

    def window(self, inputs: Types) -> Pair:
        """Return how many input rows one output row sees, and how far apart those of neighbouring rows are."""
        del inputs
        return 1, 1


def part_name(part: object) -> str:
    """Return the rule-language name of an op or join: its class in snake case."""
    return _snake_case(type(part).__name__)


@lru_cache(maxsize=256)
def _snake_case(name: str) -> str:
    return "".join(("_" if i and c.isupper() else "") + c.lower() for i, c in enumerate(name))


@lru_cache(maxsize=256)
def declared(part: type[Any]) -> dict[str, tuple[Any, dataclasses.Field[Any]]]:
    """Return each parameter of an op or join with its type hint and its dataclass field."""
    hints = typing.get_type_hints(part)
    return {
        item.name: (hints[item.name], item) for item in dataclasses.fields(part) if "beginning" not in item.metadata
    }


def make(
    part: type[P],
    name: str,
    arguments: typing.Mapping[str, Any],
    place: Place | None = None,
    place_of: Callable[[str], Place | None] = lambda _: None,
) -> P:
    """Return `part` with `arguments` checked and converted.

    Args:
        part: What to make: a part, or whatever else declares its options as fields.
        name: What messages call it.
        arguments: Its parameters.
        place: Where it stands.
        place_of: Where the value of a parameter stands, if it is known.

    Raises:
        UnknownNameError: an argument that the part does not declare.
        ParameterError: a missing argument, a wrong type, a value outside its bounds.
    """
    known = declared(typing.cast("Hashable", part))
    values = {}
    for key, value in arguments.items():
        if key not in known:
            raise UnknownNameError(f"{name!r} has no parameter {key!r}", suggest(key, known), place)
        hint, item = known[key]
        try:
            values[key] = check_value(f"{name}.{key}", value, hint, item.metadata, place)
        except ParameterError as error:
            raise ParameterError(error.message, error.hint, place_of(key) or place) from None
    for key, (_, item) in known.items():
        if key not in values and item.default is dataclasses.MISSING:
            raise ParameterError(f"{name!r} needs a value for {key!r}", f"Write {{{name}: {{{key}: ...}}}}.", place)
    return typing.cast("Callable[..., P]", part)(**values)


def check_value(name: str, value: Any, hint: Any, bounds: typing.Mapping[str, float], place: Place | None) -> Any:
    """Return `value` as the type that `hint` names: int, float, bool, a choice of texts, a pair, or None."""
    converted = _convert(value, hint)
    if converted is _MISFIT:
        raise ParameterError(f"{name} must be {describe(hint)}, found {show(value)}", "", place)
    for number in converted if isinstance(converted, tuple) else (converted,):
        if isinstance(number, int | float) and not isinstance(number, bool):
            _check_bounds(name, number, bounds, place)
    return converted


def _check_bounds(name: str, value: float, bounds: typing.Mapping[str, float], place: Place | None) -> None:
    low, high, below = bounds.get("minimum"), bounds.get("maximum"), bounds.get("below")
    if low is not None and value < low:
        raise ParameterError(f"{name} must be at least {low:g}, found {show(value)}", "", place)
    if high is not None and value > high:
        raise ParameterError(f"{name} must be at most {high:g}, found {show(value)}", "", place)
    if below is not None and value >= below:
        raise ParameterError(f"{name} must be below {below:g}, found {show(value)}", "", place)


_MISFIT = object()
_LARGEST = sys.float_info.max


def _convert(value: Any, hint: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        found = next((c for h in typing.get_args(hint) if (c := _convert(value, h)) is not _MISFIT), _MISFIT)
        # One number and a pair of it mean the same, and have one form.
        return found[0] if isinstance(found, tuple) and len(set(found)) == 1 else found
    if origin is Literal:
        return value if isinstance(value, str) and value in typing.get_args(hint) else _MISFIT
    if origin is tuple:
        parts = typing.get_args(hint)
        if isinstance(value, tuple | list) and len(value) == len(parts):
            converted = tuple(_convert(item, part) for item, part in zip(value, parts, strict=True))
            return _MISFIT if _MISFIT in converted else converted
        return _MISFIT
    return _convert_scalar(value, hint)


def _convert_scalar(value: Any, hint: Any) -> Any:
    if hint is bool or hint is str or hint is type(None):
        return value if isinstance(value, hint) else _MISFIT
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGEST <= value <= _LARGEST:
        return _MISFIT
    if hint is int:
        return int(value) if value == value // 1 else _MISFIT
    return float(value) if hint is float else _MISFIT
