"""How much memory an evaluation took at most, and whether an error says that it was full. Loads no torch by itself."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


class PeakMemory:
    """Measures from its making on: the memory of the GPU that torch has reserved, or else that of this process."""

    def __init__(self) -> None:
        cuda = _cuda()
        if cuda is not None:
            cuda.reset_peak_memory_stats()
        with suppress(OSError):
            _RESET.write_text(_RESET_PEAK)

    def read(self) -> int:
        """Return the most bytes since then; 0 where that cannot be known."""
        cuda = _cuda()
        if cuda is not None:
            return int(cuda.max_memory_reserved())
        return _resident()


def is_full(error: BaseException) -> bool:
    """Whether an error says that memory could not be had, on a GPU or on the CPU."""
    if isinstance(error, MemoryError):
        return True
    if "torch" not in sys.modules:
        return False
    from fractalgen.training.memory import is_full as is_full_of_torch

    return is_full_of_torch(error)


def free() -> None:
    """Give back what a failed evaluation held."""
    gc.collect()
    cuda = _cuda()
    if cuda is not None:
        cuda.empty_cache()


def _cuda() -> Any:
    """Return `torch.cuda` when this process uses a GPU."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


def _resident() -> int:
    with suppress(OSError, ValueError, IndexError):
        line = next((line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM")), "")
        return int(line.split()[1]) * 1024
    return 0
