"""Half a cosine (Loshchilov and Hutter, arXiv 1608.03983, without restarts)."""

from __future__ import annotations

import math

from fractalgen.spec.schedule import CosineOptions
from fractalgen.training.schedules._base import rest, rise


def cosine(step: int, steps: int, epochs: int, options: CosineOptions) -> float:
    """Return final + (1 - final)(1 + cos(pi t)) / 2, where t is the share that is done of the steps after the warm-up.

    In the warm-up the rate rises in a line from the first step on, which is not 0.
    """
    total = steps * epochs
    rising = rise(step + 1, total, options.warmup)
    if rising is not None:
        return rising
    falling = 0.5 * (1 + math.cos(math.pi * max(0.0, rest(step, total, options.warmup))))
    return options.final + (1 - options.final) * falling
