"""The same rate throughout."""

from __future__ import annotations

from fractalgen.spec.schedule import ConstantOptions
from fractalgen.training.schedules._base import rise


def constant(step: int, steps: int, epochs: int, options: ConstantOptions) -> float:
    """Return 1 after the warm-up."""
    return rise(step + 1, steps * epochs, options.warmup) or 1.0
