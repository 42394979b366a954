"""How long a network takes to answer."""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fractalgen.training.modes import device_of, evaluating

WARM_UP = 3
FEWEST, MOST = 15, 200
"""Passes that are measured; as many of them as go into `SECONDS`."""
SECONDS = 0.5


@dataclass(frozen=True)
class Latency:
    """The time of one evaluation pass.

    Attributes:
        batch: Inputs of the pass.
        median_ms: Its median, in milliseconds.
        p95_ms: What 95 of 100 passes do not exceed, in milliseconds.
    """

    batch: int
    median_ms: float
    p95_ms: float


def latency(network: nn.Module, inputs: Tensor) -> Latency:
    """Return the time of evaluation passes over `inputs`, `(batch, ...)`, on the network's device."""
    device = device_of(network)
    inputs = inputs.to(device)
    times: list[float] = []
    with evaluating(network), torch.inference_mode():
        for _ in range(WARM_UP):
            network(inputs)
        while len(times) < FEWEST or (len(times) < MOST and sum(times) < SECONDS):
            _wait(device)
            began = time.perf_counter()
            network(inputs)
            _wait(device)
            times.append(time.perf_counter() - began)
    times.sort()
    return Latency(len(inputs), 1000 * statistics.median(times), 1000 * times[math.ceil(0.95 * len(times)) - 1])


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
