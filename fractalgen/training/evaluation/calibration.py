"""Whether a network is right as often as it says (Guo, Pleiss, Sun, Weinberger, arXiv 1706.04599)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from fractalgen.training.evaluation.predictions import Predictions

BINS = 15


@dataclass(frozen=True)
class Bin:
    """The answers whose confidence lies in one of `BINS` equal parts of 0 to 1.

    Attributes:
        low: Where the part begins; this value belongs to the part before.
        high: Where it ends.
        count: How many answers there are.
        confidence: Their mean confidence; 0 for none.
        accuracy: The share of them that is right; 0 for none.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(found: Predictions) -> tuple[Bin, ...]:
    """Return the answers by their confidence."""
    # Intervals are (low, high], as in the paper; nothing has a confidence of 0.
    place = (found.confidence * BINS).ceil().clamp(1, BINS).long() - 1
    counts = torch.bincount(place, minlength=BINS)
    right = (found.predicted == found.labels).double()
    sums = [torch.bincount(place, weights=each, minlength=BINS) for each in (found.confidence.double(), right)]
    confidence, accuracy = (each / counts.clamp(min=1) for each in sums)
    return tuple(
        Bin(index / BINS, (index + 1) / BINS, int(counts[index]), float(confidence[index]), float(accuracy[index]))
        for index in range(BINS)
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error, equation 3: the mean gap of accuracy and confidence over all answers."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.accuracy - each.confidence) for each in bins) / total
