"""Networks that draw drop-path from a generator of their own."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class HasDropPath(Protocol):
    """A network whose drop-path can go on where it was."""

    drop_path_progress: float
    """Share of the training that is over, 0 to 1."""
    drop_path_part: tuple[int, int]
    """Which of how many equal parts of a mini-batch a pass gets; from one state, all parts draw alike."""
    checkpointing: str
    """What the backward pass computes again: none, block or column."""

    @property
    def drop_path_rate(self) -> float:
        """The probability of a local drop now."""
        ...

    def drop_path_state(self) -> dict[str, Any]:
        """Return the state of drop-path's generator: tensors and plain values."""
        ...

    def load_drop_path_state(self, state: dict[str, Any]) -> None:
        """Go on from a state that `drop_path_state` returned."""
        ...
