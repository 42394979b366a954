"""Half a cosine (Loshchilov and Hutter, arXiv 1608.03983, without restarts)."""

from __future__ import annotations

import math


def cosine(step: int, steps: int, epochs: int) -> float:
    """Return (1 + cos(pi t)) / 2, where t is the share of the steps that are done."""
    return 0.5 * (1 + math.cos(math.pi * step / (steps * epochs)))
