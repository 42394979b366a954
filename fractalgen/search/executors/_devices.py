"""The GPUs of this machine, and how much of each is taken."""

from __future__ import annotations

from fractalgen.search.job import Job

_SLACK = 1e-9


class Devices:
    """Gives out GPUs, whole ones or parts of one.

    Args:
        names: The GPUs.
        each: What a job takes: a part below 1 or a whole number; None when GPUs are not counted.
    """

    def __init__(self, names: tuple[str, ...], each: float | None) -> None:
        self._free = dict.fromkeys(names, 1.0)
        self._each = each

    def take(self, job: Job) -> tuple[str, ...] | None:
        """Return the GPUs of a job, which are taken from now on; none when it takes none; None when it must wait."""
        amount = self._amount(job)
        share, count = (amount, 1) if amount < 1 else (1.0, int(amount))
        # The fullest one that has room, so that a whole one stays free as long as can be.
        found = sorted((free, name) for name, free in self._free.items() if free >= share - _SLACK)
        names = tuple(name for _, name in found[:count]) if amount else ()
        if amount and len(names) < count:
            return None
        for name in names:
            self._free[name] -= share
        return names

    def give_back(self, job: Job, names: tuple[str, ...]) -> None:
        """Free the GPUs that a job had."""
        for name in names:
            self._free[name] = min(1.0, self._free[name] + min(1.0, self._amount(job)))

    def _amount(self, job: Job) -> float:
        each = self._each or 0.0
        return max(1.0, each) if each and job.whole else each
