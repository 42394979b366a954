"""Gradient norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fractalgen.search.proxies._base import Proxy

if TYPE_CHECKING:
    from torch import Tensor, nn


class GradNorm(Proxy):
    """How large the gradients of the first step are (Abdelfattah et al., ICLR 2021, arXiv 2101.08134).

        S = sum over layers l of ||dL/dW_l||_2

    where L is the mean cross-entropy of one mini-batch and W_l are the weights of a convolution or linear layer. Batch
    norms take the statistics of the mini-batch.
    """

    def score(self, network: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Return S."""
        from fractalgen.search.proxies._gradients import loss_gradients

        return sum(float(gradient.norm()) for _, gradient in loss_gradients(network, inputs, targets))
