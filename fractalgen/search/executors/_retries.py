"""Which jobs are run once more, where the failure lies in the machine and not in the network."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from fractalgen.search.attempt import HALF
from fractalgen.search.job import Job, Result

CRASHES = 3
"""How often a job may take its worker with it before it counts as infeasible: as often as a driver may be killed."""


class Retries:
    """Remembers what went wrong with each job that has not ended.

    Args:
        shares: Whether jobs have parts of a GPU, so that there is a whole one to climb to.
    """

    def __init__(self, *, shares: bool) -> None:
        self._shares = shares
        self._mishaps: dict[int, list[str]] = defaultdict(list)
        self._crashes: dict[int, int] = defaultdict(int)

    def next(self, job: Job, result: Result) -> Job | None:
        """Return the job to run in place of one that ended with `result`; None when the result counts."""
        mishaps = self._mishaps[job.number]
        if result.trouble == "crash":
            self._crashes[job.number] += 1
            if self._crashes[job.number] < CRASHES:
                mishaps.append(f"{result.reason}; started again in another worker")
                return job
        if result.trouble == "memory" and self._shares and not job.whole:
            mishaps += [*result.mishaps, f"{result.reason}; tried again on a whole GPU"]
            return replace(job, whole=True, parts=HALF)
        return None

    def end(self, job: Job, result: Result) -> Result:
        """Return the result that counts, with all that went wrong before."""
        mishaps = (*self._mishaps.pop(job.number, ()), *result.mishaps)
        crashes = self._crashes.pop(job.number, 0)
        if result.trouble == "crash" and crashes > 1:
            return replace(result, reason=f"{result.reason}, {crashes} times", mishaps=mishaps)
        return replace(result, mishaps=mishaps)
