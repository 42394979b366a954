"""What a network returns, one tensor or several."""

from __future__ import annotations

from torch import Tensor

Outputs = tuple[Tensor, ...]


def outputs_of(found: Tensor | Outputs) -> Outputs:
    """Return all outputs of a network."""
    return (found,) if isinstance(found, Tensor) else found
