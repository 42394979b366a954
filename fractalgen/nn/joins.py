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

    by_branch: tuple[str, ...] = ()
    """Learned tensors whose last axis has one number for each branch."""

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

    @staticmethod
    def add(values: Sequence[Tensor]) -> Tensor:
        """Return the sum of two or more tensors."""
        total = values[0] + values[1]
        for value in values[2:]:
            total = total + value
        return total

    @staticmethod
    def weigh(values: Sequence[Tensor], weights: Tensor | Sequence[Tensor]) -> Tensor:
        """Return the weighted sum; each weight spreads over its tensor."""
        total = values[0] * weights[0]
        for value, weight in zip(values[1:], weights[1:], strict=True):
            total = total + value * weight
        return total


class SumJoin(BranchJoin):
    """Sum of the survivors."""

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the sum."""
        del kept
        return self.add(values)


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

    by_branch = ("logits",)

    def __init__(self, projections: Mapping[int, tuple[int, int]], branches: int) -> None:
        super().__init__(projections)
        self.branches = branches
        self.logits = nn.Parameter(torch.zeros(branches))

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the weighted mean."""
        return self.weigh(values, self.logits[list(kept)].softmax(0))


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


class ScaledJoin(BranchJoin):
    """Mean of the branches, each scaled by a learned number: 1 / |S| sum of a_i h_i over the survivors S.

    Args:
        projections: The branches that a 1x1 convolution widens.
        branches: Number of branches, two or more.
    """

    by_branch = ("scales",)

    def __init__(self, projections: Mapping[int, tuple[int, int]], branches: int) -> None:
        super().__init__(projections)
        self.branches = branches
        self.scales = nn.Parameter(torch.ones(branches))

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the mean of the scaled branches."""
        scales = [self.scale(value, i) for value, i in zip(values, kept, strict=True)]
        return self.weigh(values, scales) / len(values)

    def scale(self, value: Tensor, branch: int) -> Tensor:
        """Return what a branch is multiplied by."""
        del value
        return self.scales[branch]


class DynamicScaledJoin(ScaledJoin):
    """Mean of the branches, scaled position by position: by a_i + s tanh(norm(h_i) w) (arXiv 2409.19606, equation 10).

    Args:
        projections: The branches that a 1x1 convolution widens.
        branches: Number of branches, two or more.
        channels: Channels of each, once widened.
        images: Whether channels stand in front of height and width, rather than last.
    """

    def __init__(
        self, projections: Mapping[int, tuple[int, int]], branches: int, channels: int, *, images: bool = True
    ) -> None:
        super().__init__(projections, branches)
        self.channels = channels
        self.images = images
        self.norm = nn.LayerNorm(channels)
        self.features = nn.Parameter(torch.zeros(channels, 1))
        self.gate = nn.Parameter(torch.tensor(0.01))

    def scale(self, value: Tensor, branch: int) -> Tensor:
        """Return what each position of a branch is multiplied by."""
        said = (self.norm(value.movedim(1, -1) if self.images else value) @ self.features).tanh()
        scale: Tensor = self.scales[branch] + self.gate * (said.movedim(-1, 1) if self.images else said)
        return scale


class ManifoldJoin(BranchJoin):
    """Mean whose weights each position finds from all branches; they are positive and sum to 1 (arXiv 2512.24880).

    With one new stream, a doubly stochastic mixture is a row that sums to 1: softmax over the survivors S of
    g W_S RMSNorm(h_S) + b_S, where h_S are the features of the survivors side by side.

    Args:
        projections: The branches that a 1x1 convolution widens.
        branches: Number of branches, two or more.
        channels: Channels of each, once widened.
        images: Whether channels stand in front of height and width, rather than last.
    """

    by_branch = ("bias",)

    def __init__(
        self, projections: Mapping[int, tuple[int, int]], branches: int, channels: int, *, images: bool = True
    ) -> None:
        super().__init__(projections)
        self.branches = branches
        self.channels = channels
        self.axis = 1 if images else -1
        self.images = images
        self.projection = nn.Parameter(torch.empty(branches, branches * channels))
        nn.init.kaiming_uniform_(self.projection, a=5**0.5)
        self.bias = nn.Parameter(torch.zeros(branches))
        self.gate = nn.Parameter(torch.tensor(0.01))

    def merge(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the weighted mean; each position has weights of its own."""
        weights = self.weights(values, kept)
        total = torch.zeros_like(values[0])
        for position, value in enumerate(values):
            total = total + value * weights.narrow(self.axis, position, 1)
        return total

    def weights(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the weights of the survivors, which stand where the channels do."""
        features = torch.cat([value.movedim(self.axis, -1) for value in values], -1)
        chosen = list(kept)
        table = self.projection.view(self.branches, self.branches, self.channels)[chosen][:, chosen].flatten(1)
        said = F.linear(F.rms_norm(features, features.shape[-1:]), table)
        return (self.gate * said + self.bias[chosen]).softmax(-1).movedim(-1, self.axis)


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
