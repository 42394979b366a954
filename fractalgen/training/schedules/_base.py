"""What a schedule is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Schedule = Callable[[int, int, int, Any], float]
"""Takes the step from 0, the steps of an epoch, the epochs, and its options; returns the multiple of `lr` for the step.

It depends on nothing else, so that a run that goes on needs no state of it.
"""


def rise(step: int, total: int, warmup: float, initial: float = 0.0) -> float | None:
    """Return the multiple on the line from `initial` to 1 in the first `warmup` of all steps; None after it."""
    top = warmup * total
    return initial + (1 - initial) * step / top if step < top else None


def rest(step: int, total: int, warmup: float) -> float:
    """Return the share that is done of the steps after the warm-up."""
    top = warmup * total
    return (step - top) / (total - top)
