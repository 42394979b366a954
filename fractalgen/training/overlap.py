"""Images that are in two sets."""

from __future__ import annotations

import logging

import torch
from torch import Tensor
from torch.nn import functional as F

from fractalgen.training.rows import Rows

_CHUNK_BYTES = 2**24
_MOST_SHARE = 0.01
"""Published data sets have a few repeated images; a copied folder has many."""


def warn_of_repeats(test: Tensor, train: Tensor) -> None:
    """Say that more than a few test images are also training or validation images, pixel by pixel."""
    repeated = int(torch.isin(_hashes(test), _hashes(train)).sum())
    if repeated > _MOST_SHARE * len(test):
        logging.getLogger("fractalgen").warning(
            "warning: %d of %d test images are also in the training set, so the test accuracy says less than it seems.",
            repeated,
            len(test),
        )


def _hashes(images: Tensor) -> Tensor:
    """Return 64 bits for each image: a sum of its 8-byte words, each times a number of its own."""
    rows = Rows(images)
    words = -(-rows.row_bytes // 8)
    weights = torch.randint(-(2**62), 2**62, (words,), generator=torch.Generator().manual_seed(0)) * 2 + 1
    step = max(1, _CHUNK_BYTES // max(1, rows.row_bytes))
    found = []
    for start in range(0, len(images), step):
        flat = images[start : start + step].flatten(1)
        padded = F.pad(flat, (0, 8 * words - flat.shape[1])).contiguous()
        found.append((padded.view(torch.int64) * weights).sum(1))
    return torch.cat(found)
