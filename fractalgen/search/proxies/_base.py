"""What a proxy is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn


class Proxy(ABC):
    """One figure of an untrained network; higher is taken for better.

    `score` gets a network of its own, which it may change, in evaluation mode: nothing is dropped, no pattern of
    drop-path is drawn. torch is imported in it alone, so that names are checked without.
    """

    @abstractmethod
    def score(self, network: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Return the figure.

        Args:
            network: Gives logits, `(batch, ..., classes)`.
            inputs: A mini-batch of training samples, `(batch, *shape)`.
            targets: Their classes, `(batch, ...)`.
        """
