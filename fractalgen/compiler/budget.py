"""Anytime answers: the most that fits a budget."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fractalgen.errors import CompileError

WARM_UP = 2
PASSES = 5


@dataclass(frozen=True)
class Budget:
    """What an answer may cost; exactly one of the two.

    Attributes:
        macs: Multiply-accumulates for one sample.
        milliseconds: Time of one forward pass of the batch at hand, as measured on its device.

    Raises:
        CompileError: neither, both, or something that is no figure above zero.
    """

    macs: float | None = None
    milliseconds: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.macs, self.milliseconds) if value is not None]
        if len(given) != 1 or not isinstance(given[0], (int, float)) or not given[0] > 0:
            raise CompileError(
                "a budget is MACs or milliseconds above 0, "
                f"found macs={self.macs!r}, milliseconds={self.milliseconds!r}",
                "Write Budget(macs=2e8) or Budget(milliseconds=5).",
            )


def milliseconds_of(module: nn.Module, x: Tensor) -> float:
    """Return the median time of an evaluation pass over `x`, in milliseconds."""
    times = []
    with torch.inference_mode():
        for _ in range(WARM_UP + PASSES):
            began = time.perf_counter()
            module(x)
            if x.is_cuda:
                torch.cuda.synchronize(x.device)
            times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times[WARM_UP:])
