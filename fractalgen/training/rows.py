"""Rows of tensors that may be larger than memory."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

GPU_SHARE = 0.5
"""Share of a GPU's free memory that data may take; the rest is for the network."""

_CHUNK_BYTES = 2**26


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a tensor, which may be mapped from a file and shared with other rows.

    Attributes:
        whole: The tensor.
        chosen: `(count,)`, int64, on the CPU: which rows of `whole`; None for all.
    """

    whole: Tensor
    chosen: Tensor | None = None

    def __len__(self) -> int:
        return len(self.whole) if self.chosen is None else len(self.chosen)

    def __getitem__(self, index: Tensor | slice) -> Tensor:
        """Return the rows that `index` counts among the chosen ones."""
        if self.chosen is not None:
            index = self.chosen[index if isinstance(index, slice) else index.to(self.chosen.device)]
        if isinstance(index, slice):
            return self.whole[index]
        # Copies whole rows at once, where `[]` goes element by element.
        return self.whole.index_select(0, index.to(self.whole.device))

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of one row."""
        return tuple(self.whole.shape[1:])

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return self.whole[:1].numel() * self.whole.element_size()

    def to(self, device: torch.device) -> Rows:
        """Return the rows on `device`, or these very rows when there is not room enough for them."""
        if device == self.whole.device or not _has_room(len(self) * self.row_bytes, device):
            return self
        moved = torch.empty((len(self), *self.shape), dtype=self.whole.dtype, device=device)
        step = max(1, _CHUNK_BYTES // max(1, self.row_bytes))
        for start in range(0, len(self), step):
            moved[start : start + step] = self[start : start + step]
        return Rows(moved)


def _has_room(needed: int, device: torch.device) -> bool:
    return device.type != "cuda" or needed <= GPU_SHARE * torch.cuda.mem_get_info(device)[0]
