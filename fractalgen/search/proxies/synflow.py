"""Synaptic flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fractalgen.search.proxies._base import Proxy

if TYPE_CHECKING:
    from torch import Tensor, nn


class SynFlow(Proxy):
    """How much flows through the absolute weights (Tanaka et al., NeurIPS 2020, arXiv 2006.05467).

    Every parameter is replaced by its absolute value, the input by ones, and R is the sum of the outputs. The score is

        S = sum over weights w of |w * dR/dw|,  R = sum_k f(1; |w|)_k

    summed over the weights of convolutions and linear layers, in double precision, as Abdelfattah et al. (ICLR 2021,
    arXiv 2101.08134) rank networks by it. As there, batch norms are taken out, since they would undo the flow; other
    norms are as well. No data are used. Grows with depth by orders of magnitude: compare it, do not average it.
    """

    def score(self, network: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Return S; of `inputs` only the shape counts."""
        import torch

        from fractalgen.search.proxies._network import weights, without_norms
        from fractalgen.training.outputs import outputs_of

        del targets
        network.double()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.abs_()
        ones = torch.ones_like(inputs[:1], dtype=torch.double if inputs.is_floating_point() else inputs.dtype)
        with without_norms(network):
            flow = outputs_of(network(ones))[0].sum()
        found = weights(network)
        gradients = torch.autograd.grad(flow, found, allow_unused=True)
        return sum(
            float((weight.detach() * gradient).abs().sum())
            for weight, gradient in zip(found, gradients, strict=True)
            if gradient is not None
        )
