"""Shake-Shake (Gastaldi, arXiv 1705.07485)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from fractalgen.nn.joins import MeanJoin


class ShakeJoin(MeanJoin):
    """Mean with random weights while training, one set for the values and another for the gradients.

    A generator of its own draws them on the CPU, so that every device has the same ones; its seed is one number of
    torch's generator of the CPU, so that a step that is computed again draws again what it drew.

    Args:
        projections: The branches that a 1x1 convolution widens.
        ahead: Weights of the values: `shake` or `even`.
        back: Weights of the gradients: `shake`, `even`, or `keep` for those of the values.
        per: `sample` for a draw for each sample, `batch` for one for all of them.
    """

    def __init__(
        self,
        projections: Mapping[int, tuple[int, int]],
        ahead: str = "shake",
        back: str = "shake",
        per: str = "sample",
    ) -> None:
        super().__init__(projections)
        self.ahead = ahead
        self.back = back
        self.per = per

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the weighted mean: the value of one, and the gradient of another."""
        if not self.training:
            return super().merge(values, kept)
        ahead, back = self.draw(len(values), values[0])
        merged = self.weigh(values, back)
        if ahead is back:
            return merged
        with torch.no_grad():
            value = self.weigh(values, ahead)
        return value + (merged - merged.detach())

    def draw(self, branches: int, like: Tensor) -> tuple[Tensor, Tensor]:
        """Return the weights of values and gradients, `(branches, batch or 1, 1, ...)`, for a tensor of a branch."""
        generator = torch.Generator().manual_seed(int(torch.randint(2**62, ())))
        rows = len(like) if self.per == "sample" else 1
        ahead = self.random(self.ahead, (branches, rows), generator)
        back = ahead if self.back == "keep" else self.random(self.back, (branches, rows), generator)
        shape = (branches, rows, *[1] * (like.dim() - 1))
        put = ahead.view(shape).to(like)
        return put, put if back is ahead else back.view(shape).to(like)

    def random(self, how: str, shape: tuple[int, int], generator: torch.Generator) -> Tensor:
        """Return weights that add up to 1 over the first axis; exponential ones, rescaled, are uniform among these."""
        drawn = torch.empty(shape, dtype=torch.float64).exponential_(generator=generator)
        return torch.full_like(drawn, 1 / shape[0]) if how == "even" else drawn / drawn.sum(0)
