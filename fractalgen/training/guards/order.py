"""What a network answers does not depend on what it was asked before, or together."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fractalgen.compiler import Network
from fractalgen.training.modes import evaluating
from fractalgen.training.outputs import Outputs, outputs_of

TOLERANCE = 0.01
"""Share of the largest number of an answer by which kernels for other batch sizes may differ, on GPUs too."""


def depends_on_order(network: nn.Module, images: Tensor) -> bool:
    """Whether answers in evaluation change when order is reversed and each image comes alone.

    The columns are asked as well, the last one first the second time.
    """
    with evaluating(network), torch.no_grad():
        asked = [network, *(network.columns() if isinstance(network, Network) else ())]
        before = [outputs_of(each(images)) for each in asked]
        alone = images.flip(0).unsqueeze(1)
        after = [_together([outputs_of(each(image)) for image in alone]) for each in reversed(asked)]
    return any(any(map(_differ, *pair)) for pair in zip(before, reversed(after), strict=True))


def _together(answers: list[Outputs]) -> Outputs:
    """Return answers to one image each, the last image first, as those to a batch."""
    return tuple(torch.cat(each).flip(0) for each in zip(*answers, strict=True))


def _differ(one: Tensor, other: Tensor) -> bool:
    most = TOLERANCE * float(one.abs().nan_to_num(0, 0).max())
    return not torch.allclose(one, other, rtol=0, atol=most, equal_nan=True)
