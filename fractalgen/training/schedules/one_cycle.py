"""One cycle (Smith and Topin, arXiv 1708.07120)."""

from __future__ import annotations

WARM_UP = 0.25
FIRST = 0.1


def one_cycle(step: int, steps: int, epochs: int) -> float:
    """Return a line from 0.1 up to 1 during a quarter of all steps, then a line down to 0 after the last."""
    total = steps * epochs
    top = WARM_UP * total
    if step < top:
        return FIRST + (1 - FIRST) * step / top
    return (total - step) / (total - top)
