"""Splits that are the same on every machine."""

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


def split_sequence(count: int, fraction: float, seed: int) -> tuple[Tensor, Tensor]:
    """Return the indices of windows that stay and of one stretch that is cut off, which begins where `seed` says.

    Neighbours in a text know of each other, so single windows would tell what stands in those between them. Of two or
    more windows at least one is on each side.
    """
    import numpy as np

    length = min(max(round(fraction * count), 1), count - 1)
    start = int(np.random.RandomState(seed).randint(0, count - length + 1))
    index = torch.arange(count)
    cut = (index >= start) & (index < start + length)
    return index[~cut], index[cut]
