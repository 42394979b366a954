"""Kernel of activation patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fractalgen.search.proxies._base import Proxy

if TYPE_CHECKING:
    from torch import Tensor, nn


class Naswot(Proxy):
    """How differently ReLUs switch for different inputs (Mellor et al., ICML 2021, arXiv 2006.04647).

    c_n is the binary code of input n: which of all N_A outputs of ReLUs are above 0. With the kernel of how many places
    two codes agree in,

        S = log |det K|,  K_mn = N_A - d_H(c_m, c_n)

    where d_H is the Hamming distance. Batch norms take the statistics of the mini-batch. It needs ReLUs.
    """

    def score(self, network: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Return S."""
        import torch
        from torch import nn

        from fractalgen.errors import SearchError
        from fractalgen.search.proxies._network import normalise_by_batch

        del targets
        normalise_by_batch(network)
        kernel = torch.zeros(len(inputs), len(inputs), dtype=torch.double, device=inputs.device)
        relus = {module for module in network.modules() if isinstance(module, nn.ReLU)}
        if not relus:
            raise SearchError("naswot counts how ReLUs switch, and the network has none", "Use synflow or grad_norm.")

        def add(_: nn.Module, __: Any, output: Tensor) -> None:
            code = (output > 0).flatten(1).double()
            kernel.add_(code @ code.T + (1 - code) @ (1 - code).T)

        hooks = [relu.register_forward_hook(add) for relu in relus]
        with torch.no_grad():
            network(inputs)
        for hook in hooks:
            hook.remove()
        return float(torch.linalg.slogdet(kernel).logabsdet)
