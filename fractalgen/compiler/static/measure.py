"""Which of two ways is faster, here and now."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

ROUNDS = 7
ENOUGH = 0.001
"""Seconds that one measurement should last: far above the resolution of clocks."""

Run = Callable[[], object]


def speed_up(before: Run, after: Run, device: torch.device) -> float:
    """Return how many times faster `after` is: medians of rounds that alternate, so that both meet the same machine."""
    with torch.inference_mode():
        before(), after()
        slower = max(_seconds(before, 1, device), _seconds(after, 1, device))
        repeats = max(1, int(ENOUGH / max(slower, ENOUGH / 100)))
        pairs = [(_seconds(before, repeats, device), _seconds(after, repeats, device)) for _ in range(ROUNDS)]
    slow, fast = (statistics.median(times) for times in zip(*pairs, strict=True))
    return float(slow / fast)


def _seconds(run: Run, repeats: int, device: torch.device) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        run()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return (time.perf_counter() - began) / repeats
