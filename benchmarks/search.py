"""What a search costs besides training: seconds a trial of an evaluation that costs nothing, by executor and by part.

    python benchmarks/search.py [--quick] [--out FILE]

Writes benchmarks/results/search.json after each run and prints the tables of benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from _machine import machine

from fractalgen.search import EpochReport, Job, Result, SearchOptions, Silent, run, run_search
from fractalgen.search.executors.inline import Inline
from fractalgen.search.executors.process import Process
from fractalgen.search.executors.ray import Ray
from fractalgen.search.results.leaderboard_file import LeaderboardFile
from fractalgen.search.results.run_folder import RunFolder
from fractalgen.search.store.study import Study
from fractalgen.spec import load

ROOT = Path(__file__).parents[1]
RUNS = (("inline", 600), ("process", 600), ("ray", 600), ("inline", 5000), ("process", 5000))
QUICK = (("inline", 20), ("process", 20))
MARKS = (100, 300, 600, 1000, 2000, 3000, 4000, 5000)
SPACE = """
name: free
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: {int: [1, 4]}, unit: {conv_bn_relu: {out: {int: [4, 64]}}}, end: max_pool}
      - fractal: {columns: {int: [1, 3]}, unit: {conv_bn_relu: {out: {int: [4, 64]}}}, end: max_pool}
      - global_avg_pool
      - linear: {out: 10}
"""
PARTS = {
    "ask": ((Study, "ask"),),
    "build": ((run, "realize"),),
    "tell": ((Study, "complete"), (Study, "prune")),
    "write": ((RunFolder, "keep"), (RunFolder, "take"), (LeaderboardFile, "write")),
    "run": ((Inline, "poll"), (Process, "poll"), (Ray, "poll"), (Process, "submit"), (Ray, "submit")),
}


@dataclass(frozen=True)
class Free:
    """Scores a network by the length of its spec."""

    metrics: tuple[str, ...] = ("val_accuracy",)
    keeps_weights: bool = False

    def digest(self, data: Any) -> str:
        """Return what stands for the data."""
        return str(data)

    def run(self, job: Job, report: Callable[[EpochReport], None]) -> Result:
        """Report three epochs."""
        score = {"val_accuracy": len(job.spec_file.read_text()) % 97 / 97}
        for epoch in (1, 2, 3):
            report(EpochReport(epoch, 3, score))
        return Result(score)

    def publish(self, *_: object) -> float | None:
        """Return an accuracy."""
        return 0.5


@dataclass
class Clock(Silent):
    """Takes the time of each trial, and what each part has taken by then."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    began: tuple[float, float] = (0.0, 0.0)
    trials: list[dict[str, float]] = field(default_factory=list)
    repeats: int = 0

    def search_started(self, *_: Any) -> None:
        """Begin."""
        self.began = time.perf_counter(), time.process_time()

    def trial_finished(self, row: Any, _: Any) -> None:
        """Note the time."""
        wall, cpu = time.perf_counter() - self.began[0], time.process_time() - self.began[1]
        self.trials.append({"wall": wall, "cpu": cpu, **self.spent})
        self.repeats += row.cached

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call`, whose time counts as that of `part`."""

        def timing(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                self.spent[part] += time.perf_counter() - began

        return timing


@contextmanager
def timed_parts(clock: Clock) -> Iterator[None]:
    with ExitStack() as stack:
        for part, calls in PARTS.items():
            for owner, name in calls:
                stack.enter_context(patch.object(owner, name, clock.timed(part, getattr(owner, name))))
        yield


def measure(executor: str, trials: int) -> dict[str, Any]:
    """Search; one that is interrupted has measured the trials until then."""
    clock = Clock()
    with suppress(KeyboardInterrupt), tempfile.TemporaryDirectory() as home, timed_parts(clock):
        (Path(home) / "space.yaml").write_text(SPACE)
        options = SearchOptions(trials=trials, executor=executor, evaluation=Free(), observer=clock)
        run_search(load(Path(home) / "space.yaml"), Path(home) / "run", options)
    last = clock.trials[-1]
    return {
        "executor": executor,
        "trials": trials,
        "finished": len(clock.trials),
        "repeats": clock.repeats,
        "ms_a_trial": 1000 * last["wall"] / len(clock.trials),
        "driver_cpu_ms_a_trial": 1000 * last["cpu"] / len(clock.trials),
        "curve": curve(clock.trials),
    }


def curve(trials: list[dict[str, float]]) -> list[dict[str, float]]:
    """Milliseconds a trial between two marks, in all and by part."""
    rows, start = [], dict.fromkeys(("wall", "cpu", *PARTS), 0.0)
    before = 0
    for mark in (mark for mark in (*MARKS, len(trials)) if mark <= len(trials)):
        if mark == before:
            continue
        now = {part: trials[mark - 1].get(part, 0.0) for part in start}
        row = {part: 1000 * (now[part] - start[part]) / (mark - before) for part in start}
        rows.append({"trials": mark, **row})
        start, before = now, mark
    return rows


def table(runs: list[dict[str, Any]]) -> str:
    parts = ("wall", "cpu", *PARTS)
    lines = [f"| executor | trials | {' | '.join(parts)} |", f"| --- | --- |{' --- |' * len(parts)}"]
    for found in runs:
        for row in found["curve"]:
            figures = " | ".join(f"{row[part]:.1f}" for part in parts)
            lines.append(f"| {found['executor']} | {row['trials']:,} of {found['trials']:,} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few trials, to see that it runs")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "search.json")
    parser.add_argument("--only", help="one executor, to be added to what the file holds")
    options = parser.parse_args()
    runs = json.loads(options.out.read_text())["runs"] if options.only and options.out.exists() else []
    for executor, trials in QUICK if options.quick else RUNS:
        if options.only in (None, executor, f"{executor}:{trials}"):
            load_before = os.getloadavg()[0]
            found = {**measure(executor, trials), "load_average": [load_before, os.getloadavg()[0]]}
            runs = [each for each in runs if (each["executor"], each["trials"]) != (executor, trials)] + [found]
            options.out.write_text(json.dumps({"machine": machine(), "runs": runs}, indent=1) + "\n")
            print(f"{executor}, {trials} trials: {found['ms_a_trial']:.1f} ms a trial", flush=True)
    print(table(runs))


if __name__ == "__main__":
    main()
