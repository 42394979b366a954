"""The base of joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from fractalgen.errors import ShapeError
from fractalgen.ir.parts import Cost, Part, Types, part_name
from fractalgen.ir.types import TensorType

Kept = tuple[int, ...]
"""Positions of the surviving branches, in order."""


@dataclass(frozen=True)
class Join(Part):
    """Merges the outputs of branches into one tensor.

    The module that `build` makes is called as `module(values, kept)`: the tensors of the surviving branches and their
    positions among all branches.
    """

    adapt: Literal["error", "project"] = "error"
    """What to do with branches thinner than the widest: refuse, or widen each by a 1x1 convolution of the join."""

    commutative: ClassVar[bool] = True
    """True where the order of the branches does not matter to the function family."""
    may_drop: ClassVar[bool] = True
    linear: ClassVar[bool] = False
    """True where it is a sum of the branches with weights of its own, so that it merges matrices as it does tensors."""

    @property
    def can_drop(self) -> bool:
        """Whether drop-path may leave out branches of this join."""
        return self.may_drop

    def width(self, inputs: Types) -> int:
        """Return the channels of the widest branch."""
        return max(type_.channels for type_ in inputs)

    def infer(self, inputs: Types) -> TensorType:
        """Return the type of the widest branch.

        Raises:
            ShapeError: the branches are tokens, or differ in a way that `adapt` does not mend; lists their shapes.
        """
        if inputs[0].dtype != "float":
            raise _clash(self, "features", inputs, "Put embedding before it.")
        self.check_sizes(inputs)
        wide = self.width(inputs)
        mends = self.adapt == "project" and inputs[0].streams is None
        if not mends and any(type_.channels != wide for type_ in inputs):
            raise _clash(self, "one number of channels", inputs, "Give the branches one width, or adapt: project.")
        return inputs[0].with_channels(wide)

    def check_sizes(self, inputs: Types) -> None:
        """Check that the branches agree in everything but channels."""
        if any(type_.streams != inputs[0].streams for type_ in inputs):
            raise _clash(self, "one number of streams", inputs, "Keep every branch on the residual bus, or none.")
        if any(type_.with_channels(1) != inputs[0].with_channels(1) for type_ in inputs):
            hint = "Pool or upsample every branch alike; fractal pools all of its columns with end: max_pool."
            raise _clash(self, "one height and width", inputs, hint)

    def projections(self, inputs: Types, kept: Kept | None = None) -> dict[int, tuple[int, int]]:
        """Return the 1x1 convolutions of `adapt: project`: branch -> (channels in, channels out)."""
        if self.adapt == "error":
            return {}
        wide = self.width(inputs)
        branches = range(len(inputs)) if kept is None else kept
        return {i: (inputs[i].channels, wide) for i in branches if inputs[i].channels != wide}

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Return what the join costs when only the branches `kept` survive (all when None)."""
        weights = sum(a * b for a, b in self.projections(inputs, kept).values())
        return Cost(weights, weights * inputs[0].positions)


def _clash(join: Join, need: str, inputs: Types, hint: str) -> ShapeError:
    listing = ", ".join(f"branch {i} has {type_}" for i, type_ in enumerate(inputs, 1))
    return ShapeError(f"{part_name(join)} join needs {need} from its branches: {listing}", hint)
