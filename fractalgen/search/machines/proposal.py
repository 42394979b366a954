"""The peak memory of the first trials -> how many would fit on one GPU, or on one machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fractalgen.run_files import METRICS
from fractalgen.search.machines.capacity import GIB, gpus, memory
from fractalgen.search.results.run_folder import RunFolder, read_json

FIRST = 16
"""Trials that are looked at; the largest network of a space is hardly ever far above them."""
_SHARE = 0.9
"""Of a memory, what trials may take; the rest is for what a process holds beside them."""


def fits(peaks: Sequence[int], there: int) -> int:
    """Return how many trials fit in `there` bytes together, when each takes as much as the largest of `peaks`."""
    largest = max(peaks, default=0)
    return max(1, int(_SHARE * there / largest)) if largest else 0


def propose(run: Path) -> str:
    """Return, in a sentence, how many trials would fit; empty when no trial of the run has ended yet."""
    folder = RunFolder(run)
    records = (read_json(folder.trial(number) / METRICS) or {} for number in _first(folder.trials))
    peaks = [int(record.get("peak_memory") or 0) for record in records]
    if not any(peaks):
        return ""
    cards = gpus()
    there = min(card.memory for card in cards) if cards else memory()
    count = fits(peaks, there)
    place = f"a GPU of {there / GIB:.0f} GiB" if cards else f"this machine's {there / GIB:.0f} GiB"
    share = f", which is gpus: {1 / count:.2g}" if cards and count > 1 else ""
    return f"a trial took at most {max(peaks) / GIB:.2f} GiB: {count} fit in {place}{share}"


def _first(trials: Path) -> list[int]:
    names = [entry.name for entry in trials.iterdir() if entry.name.isdecimal()] if trials.is_dir() else []
    return sorted(map(int, names))[:FIRST]
