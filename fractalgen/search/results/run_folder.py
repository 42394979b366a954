"""The folder of a run, which a person can read: who writes what in it, and how it is never half written."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from fractalgen.atomic import write_text
from fractalgen.errors import SearchError
from fractalgen.run_files import CHECKPOINT, LOCK, METRICS, SPEC
from fractalgen.search.machines.capacity import cores
from fractalgen.search.results.leaderboard import Row

_LOCKED = ("fractalgen", "torch", "optuna", "ray", "numpy")


@dataclass(frozen=True)
class RunFolder:
    """`spec.yaml lock.json study.db leaderboard.json trials/N/ best/`."""

    path: Path

    @property
    def trials(self) -> Path:
        """The folder of all trials."""
        return self.path / "trials"

    def trial(self, number: int) -> Path:
        """Return the folder of a trial."""
        return self.trials / str(number)

    def evaluated(self, row: Row) -> Path:
        """Return the folder of the trial whose evaluation gave the values: this one, what it repeats, or another run's.

        Where that of another run is gone, it is the folder here, which has a copy if the network was published.
        """
        if row.taken_from and (taken := Path(row.taken_from)).is_dir():
            return taken
        return self.trial(row.source if row.cached else row.number)

    def holds(self, row: Row) -> bool:
        """Whether the evaluation of a trial left its files on this machine."""
        return (self.evaluated(row) / METRICS).exists()

    @property
    def best(self) -> Path:
        """The folder of the best network."""
        return self.path / "best"

    def best_files(self) -> dict[str, str]:
        """Return the files of the best network, each with a digest of its content."""
        files = sorted(file for file in self.best.iterdir() if file.is_file()) if self.best.is_dir() else []
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def check(self) -> None:
        """Check, without writing, that the folder can be made.

        Raises:
            SearchError: something else has its name, it may not be written, or this is Windows.
        """
        _locks()
        nearest = next(place for place in (self.path, *self.path.absolute().parents) if place.exists())
        if not nearest.is_dir():
            raise SearchError(f"{str(nearest)!r} is not a folder", "Give another --out.")
        if (self.path / METRICS).exists() or (self.path / CHECKPOINT).exists():
            raise SearchError(f"{str(self.path)!r} holds a training run", "Give another --out.")
        if not os.access(nearest, os.W_OK):
            raise SearchError(f"{str(nearest)!r} may not be written", "Give another --out.")

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Make the folder and keep other drivers out of it, until this block or this process ends.

        Raises:
            SearchError: another search runs in it.
        """
        locks = _locks()
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".driver").open("a") as file:
            try:
                locks.flock(file, locks.LOCK_EX | locks.LOCK_NB)
            except OSError:
                raise SearchError(
                    f"another search runs in {str(self.path)!r}", "Wait for it, or give another --out."
                ) from None
            yield

    def start(self, spec_text: str, facts: Mapping[str, Any]) -> None:
        """Write `spec.yaml`, and `lock.json` when the run is new."""
        write_text(self.path / SPEC, spec_text)
        if not (self.path / LOCK).exists():
            lock = {"versions": _versions(), "cores": cores(), "machine": platform.machine(), **facts}
            write_json(self.path / LOCK, lock)

    def take(self, number: int, key: str) -> dict[str, Any] | None:
        """Get the folder of a trial ready; return the result that `keep` left there, if the trial has ended.

        What another network left in it, when its study was removed, is removed too.
        """
        folder = self.trial(number)
        if (read_json(folder / "job.json") or {}).get("key") != key:
            shutil.rmtree(folder, ignore_errors=True)
            write_json(folder / "job.json", {"number": number, "key": key})
        known: dict[str, Any] | None = read_json(folder / METRICS)
        return known

    def keep(self, number: int, result: Mapping[str, Any]) -> None:
        """Write the result of a trial, before the study is told; its checkpoint is of no use any more."""
        write_json(self.trial(number) / METRICS, result)
        (self.trial(number) / CHECKPOINT).unlink(missing_ok=True)


def _locks() -> ModuleType:
    """Return Python's module for locks of files, which Windows does not have."""
    try:
        import fcntl
    except ImportError:
        raise SearchError("a search needs Linux or macOS", "Use WSL.") from None
    return fcntl


def write_json(file: Path, data: Any) -> None:
    """Write plain data as JSON, whole or not at all."""
    write_text(file, json.dumps(data, indent=1) + "\n")


def read_json(file: Path) -> Any:
    """Return what `write_json` wrote; None when there is no such file, or not a whole one."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LOCKED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
