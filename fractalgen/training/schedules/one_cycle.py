"""One cycle (Smith and Topin, arXiv 1708.07120)."""

from __future__ import annotations

from fractalgen.spec.schedule import OneCycleOptions
from fractalgen.training.schedules._base import rest, rise


def one_cycle(step: int, steps: int, epochs: int, options: OneCycleOptions) -> float:
    """Return a line from `initial` up to 1 in the warm-up, then a line down to `final` after the last step."""
    total = steps * epochs
    rising = rise(step, total, options.warmup, options.initial)
    if rising is not None:
        return rising
    return 1 - (1 - options.final) * rest(step, total, options.warmup)
