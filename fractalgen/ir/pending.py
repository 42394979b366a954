"""Ops whose parameters wait for the channels that reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fractalgen.errors import Place
from fractalgen.ir.parts import Part, Types, make
from fractalgen.spec.formula import Formula


@dataclass(frozen=True)
class Deferred:
    """A formula that reads `channels`, with every other name filled in."""

    formula: Formula
    names: tuple[tuple[str, Any], ...]
    place: Place

    def value(self, channels: int) -> Any:
        """Return the value for this many channels."""
        return self.formula.value({**dict(self.names), "channels": channels}, self.place)


@dataclass(frozen=True)
class PendingPart:
    """An op that shape inference completes."""

    part: type[Part]
    name: str
    arguments: tuple[tuple[str, Any], ...]
    place: Place
    places: tuple[tuple[str, Place], ...]

    def resolved(self, inputs: Types) -> Part:
        """Return the op for these inputs."""
        channels = inputs[0].channels
        values: Mapping[str, Any] = {
            key: value.value(channels) if isinstance(value, Deferred) else value for key, value in self.arguments
        }
        return make(self.part, self.name, values, self.place, dict(self.places).get).resolved(inputs)
