"""Stratified splits that are the same on every machine."""

from __future__ import annotations

import torch
from torch import Tensor


def split(labels: Tensor, fraction: float, seed: int) -> tuple[Tensor, Tensor]:
    """Return the indices of what stays and of what is cut off: `fraction` of each class, chosen by `seed`.

    Both keep the order of `labels`. A class of two or more images has at least one on each side.
    """
    import numpy as np

    # The stream of RandomState is fixed for good; those of newer generators may change with numpy.
    random = np.random.RandomState(seed)
    cut = torch.zeros(len(labels), dtype=torch.bool)
    for label in sorted(set(labels.tolist())):
        members = (labels == label).nonzero().squeeze(1)
        count = round(fraction * len(members))
        if len(members) > 1:
            count = min(max(count, 1), len(members) - 1)
        chosen = random.permutation(len(members))[:count]
        cut[members[torch.from_numpy(chosen)]] = True
    return (~cut).nonzero().squeeze(1), cut.nonzero().squeeze(1)
