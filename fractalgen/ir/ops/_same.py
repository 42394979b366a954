"""The base of ops that keep the type."""

from __future__ import annotations

from dataclasses import dataclass

from fractalgen.ir.parts import Op, Types
from fractalgen.ir.types import TensorType


@dataclass(frozen=True)
class SameType(Op):
    """An op whose output has the type of its input."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return inputs[0]
