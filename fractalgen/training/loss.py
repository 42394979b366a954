"""The loss: cross-entropy, of one label an input or of one at each place of a sequence."""

from __future__ import annotations

from typing import Literal

from torch import Tensor
from torch.nn import functional as F


def cross_entropy(
    logits: Tensor, targets: Tensor, label_smoothing: float = 0.0, reduction: Literal["mean", "sum"] = "mean"
) -> Tensor:
    """Return the cross-entropy over all targets.

    Args:
        logits: `(batch, ..., classes)`.
        targets: `(batch, ...)`, the class; or `(batch, ..., classes)`, shares that add up to 1.
        label_smoothing: Share of the target spread over all classes.
        reduction: The mean over all targets, or their sum.
    """
    flat = targets.flatten(0, -2) if targets.ndim == logits.ndim else targets.flatten()
    return F.cross_entropy(logits.flatten(0, -2), flat, label_smoothing=label_smoothing, reduction=reduction)
