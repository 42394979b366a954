"""Samples that are in two sets."""

from __future__ import annotations

import logging

import torch
from torch import Tensor
from torch.nn import functional as F

from fractalgen.training.rows import Rows
from fractalgen.training.score import MOST_SHARE

_CHUNK_BYTES = 2**24


def warn_of_repeats(test: Tensor, train: Tensor) -> None:
    """Say that more than a few test images are also training or validation images, pixel by pixel."""
    repeated = count_repeats(Rows(test), Rows(train))
    if repeated > MOST_SHARE * len(test):
        logging.getLogger("fractalgen").warning(
            "warning: %d of %d test images are also in the training set, so the test accuracy says less than it seems.",
            repeated,
            len(test),
        )


def count_repeats(some: Rows, others: Rows) -> int:
    """Return how many of `some` are among `others`, bit for bit."""
    return int(torch.isin(_hashes(some), _hashes(others)).sum())


def _hashes(rows: Rows) -> Tensor:
    """Return 64 bits for each row: a sum of its 8-byte words, each times a number of its own."""
    words = -(-rows.row_bytes // 8)
    weights = torch.randint(-(2**62), 2**62, (words,), generator=torch.Generator().manual_seed(0)) * 2 + 1
    step = max(1, _CHUNK_BYTES // max(1, rows.row_bytes))
    found = []
    for start in range(0, len(rows), step):
        flat = rows[start : start + step].cpu().flatten(1).contiguous().view(torch.uint8)
        padded = F.pad(flat, (0, 8 * words - flat.shape[1])).contiguous()
        found.append((padded.view(torch.int64) * weights).sum(1))
    return torch.cat(found)
