"""Single-shot network pruning's saliency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fractalgen.search.proxies._base import Proxy

if TYPE_CHECKING:
    from torch import Tensor, nn


class Snip(Proxy):
    """How much the loss would change if weights were taken out (Lee et al., ICLR 2019, arXiv 1810.02340).

        S = sum over weights w of |w * dL/dw|

    where L is the mean cross-entropy of one mini-batch, summed over the weights of convolutions and linear layers as
    Abdelfattah et al. (ICLR 2021, arXiv 2101.08134) do. Batch norms take the statistics of the mini-batch.
    """

    def score(self, network: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Return S."""
        from fractalgen.search.proxies._gradients import loss_gradients

        pairs = loss_gradients(network, inputs, targets)
        return sum(float((weight.detach() * gradient).abs().sum()) for weight, gradient in pairs)
