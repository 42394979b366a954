"""Covariance of the Jacobian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fractalgen.search.proxies._base import Proxy

if TYPE_CHECKING:
    from torch import Tensor, nn

_SMALL = 1e-5


class JacobCov(Proxy):
    """How differently a network answers to different inputs (Mellor et al., arXiv 2006.04647v1).

    Row n of J is the gradient of the sum of all logits with respect to input n of a mini-batch, and v are the
    eigenvalues of the correlation matrix of the rows of J:

        S = - sum over i of (log(v_i + k) + 1 / (v_i + k)),  k = 1e-5

    which is largest, minus the number of inputs, when all rows are uncorrelated. This is `jacob_cov` of Abdelfattah et
    al. (ICLR 2021, arXiv 2101.08134); as there, batch norms take the statistics of the mini-batch. It needs inputs
    that a gradient can be taken of: images, not tokens.
    """

    def score(self, network: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Return S."""
        import torch

        from fractalgen.errors import SearchError
        from fractalgen.search.proxies._network import normalise_by_batch
        from fractalgen.training.outputs import outputs_of

        del targets
        if not inputs.is_floating_point():
            raise SearchError("jacob_cov takes gradients of the inputs, and tokens have none", "Use synflow or snip.")
        normalise_by_batch(network)
        inputs = inputs.detach().requires_grad_()
        (jacobian,) = torch.autograd.grad(outputs_of(network(inputs))[0].sum(), inputs)
        rows = jacobian.flatten(1).double()
        rows = rows - rows.mean(1, keepdim=True)
        rows = rows / rows.norm(dim=1, keepdim=True)
        eigenvalues = torch.linalg.eigvalsh(rows @ rows.T) + _SMALL
        return -float((eigenvalues.log() + 1 / eigenvalues).sum())
