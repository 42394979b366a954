"""Joins: modules called as `join(values, kept)`.

`values` are the tensors of the surviving branches, `(batch, channels, height, width)` or `(batch, ..., channels)` each,
and `kept` their positions among all branches, in order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class BranchJoin(nn.Module, ABC):
    """Widens thin branches, then merges them.

    Args:
        projections: The branches that a 1x1 convolution widens: branch -> (channels in, channels out).
    """

    def __init__(self, projections: Mapping[int, tuple[int, int]]) -> None:
        super().__init__()
        self.projections = dict(projections)
        self.project = nn.ModuleDict(
            {str(i): nn.Conv2d(thin, wide, 1, bias=False) for i, (thin, wide) in projections.items()}
        )

    def forward(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the merged tensor; a lone survivor passes as itself, widened if it was thin."""
        if self.project:
            pairs = zip(values, kept, strict=True)
            values = [self.project[str(i)](value) if str(i) in self.project else value for value, i in pairs]
        return values[0] if len(values) == 1 else self.merge(values, kept)

    @abstractmethod
    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Merge two or more tensors of one shape."""


class SumJoin(BranchJoin):
    """Sum of the survivors."""

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the sum."""
        del kept
        total = values[0] + values[1]
        for value in values[2:]:
            total = total + value
        return total


class MeanJoin(SumJoin):
    """Mean of the survivors."""

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the mean."""
        return super().merge(values, kept) / len(values)


class MaxJoin(BranchJoin):
    """Element-wise maximum of the survivors."""

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the maximum."""
        del kept
        top = torch.maximum(values[0], values[1])
        for value in values[2:]:
            top = torch.maximum(top, value)
        return top


class LearnedJoin(BranchJoin):
    """Mean with learned weights: softmax over the logits of the survivors."""

    def __init__(self, projections: Mapping[int, tuple[int, int]], branches: int) -> None:
        super().__init__(projections)
        self.branches = branches
        self.logits = nn.Parameter(torch.zeros(branches))

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the weighted mean."""
        weights = self.logits[list(kept)].softmax(0)
        total = values[0] * weights[0]
        for value, weight in zip(values[1:], weights[1:], strict=True):
            total = total + value * weight
        return total


class GateJoin(BranchJoin):
    """Mean with weights that depend on the input: softmax over the survivors' scores of their own means.

    Args:
        projections: The branches that a 1x1 convolution widens.
        branches: Number of branches.
        channels: Channels of each, once widened.
        images: Whether channels stand in front of height and width, rather than last.
    """

    def __init__(
        self, projections: Mapping[int, tuple[int, int]], branches: int, channels: int, *, images: bool = True
    ) -> None:
        super().__init__(projections)
        self.branches = branches
        self.channels = channels
        self.images = images
        self.score = nn.ModuleList(nn.Linear(channels, 1) for _ in range(branches if branches > 1 else 0))

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the weighted mean; each sample has weights of its own."""
        means = [
            value.flatten(2).mean(2) if self.images else (value.mean(1) if value.dim() == 3 else value)
            for value in values
        ]
        scores = [self.score[i](mean) for mean, i in zip(means, kept, strict=True)]
        weights = torch.cat(scores, 1).softmax(1)
        total = torch.zeros_like(values[0])
        for position, value in enumerate(values):
            total = total + value * weights[:, position].view(-1, *[1] * (value.dim() - 1))
        return total


class ConcatJoin(nn.Module):
    """Concatenation along the channels, with a 1x1 convolution back to `out` channels unless that is None.

    Args:
        widths: Channels of each branch.
        out: Channels after the projection, or None for none.
        images: Whether channels stand in front of height and width, rather than last.
    """

    def __init__(self, widths: Sequence[int], out: int | None, *, images: bool = True) -> None:
        super().__init__()
        self.images = images
        self.axis = 1 if images else -1
        self.widths = list(widths)
        ends = [sum(widths[: i + 1]) for i in range(len(widths))]
        self.slices = [slice(end - width, end) for end, width in zip(ends, widths, strict=True)]
        self.out = out
        self.weight = None if out is None else nn.Parameter(torch.empty(out, sum(widths)))
        if self.weight is not None:
            nn.init.kaiming_uniform_(self.weight, a=5**0.5)

    def forward(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the concatenation, projected through the kernel slices of the survivors."""
        joint = torch.cat(list(values), self.axis) if len(values) > 1 else values[0]
        if self.weight is None:
            return joint
        kernel: Tensor = self.weight
        if len(kept) < len(self.slices):
            kernel = torch.cat([kernel[:, self.slices[i]] for i in kept], 1)
        return F.conv2d(joint, kernel[:, :, None, None]) if self.images else F.linear(joint, kernel)
