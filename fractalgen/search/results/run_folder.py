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
from typing import Any

from fractalgen.atomic import write_text
from fractalgen.errors import SearchError

_CHECKPOINT = "checkpoint.pt"
_LOCKED = ("fractalgen", "torch", "optuna", "ray", "numpy")


@dataclass(frozen=True)
class RunFolder:
    """`spec.yaml lock.json study.db leaderboard.json trials/N/ best/`."""

    path: Path

    def trial(self, number: int) -> Path:
        """Return the folder of a trial."""
        return self.path / "trials" / str(number)

    def holds(self, number: int) -> bool:
        """Whether a trial was evaluated in this folder."""
        return (self.trial(number) / "metrics.json").exists()

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
            SearchError: something else has its name, or it may not be written.
        """
        nearest = next(place for place in (self.path, *self.path.absolute().parents) if place.exists())
        if not nearest.is_dir():
            raise SearchError(f"{str(nearest)!r} is not a folder", "Give another --out.")
        if (self.path / "metrics.json").exists() or (self.path / _CHECKPOINT).exists():
            raise SearchError(f"{str(self.path)!r} holds a training run", "Give another --out.")
        if not os.access(nearest, os.W_OK):
            raise SearchError(f"{str(nearest)!r} may not be written", "Give another --out.")

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Make the folder and keep other drivers out of it, until this block or this process ends.

        Raises:
            SearchError: another search runs in it.
        """
        import fcntl

        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".driver").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise SearchError(
                    f"another search runs in {str(self.path)!r}", "Wait for it, or give another --out."
                ) from None
            yield

    def start(self, spec_text: str, facts: Mapping[str, Any]) -> None:
        """Write `spec.yaml`, and `lock.json` when the run is new."""
        write_text(self.path / "spec.yaml", spec_text)
        if not (self.path / "lock.json").exists():
            lock = {"versions": _versions(), "cores": cores(), "machine": platform.machine(), **facts}
            write_json(self.path / "lock.json", lock)

    def take(self, number: int, key: str) -> dict[str, Any] | None:
        """Get the folder of a trial ready; return the result that `keep` left there, if the trial has ended.

        What another network left in it, when its study was removed, is removed too.
        """
        folder = self.trial(number)
        if (read_json(folder / "job.json") or {}).get("key") != key:
            shutil.rmtree(folder, ignore_errors=True)
            write_json(folder / "job.json", {"number": number, "key": key})
        known: dict[str, Any] | None = read_json(folder / "metrics.json")
        return known

    def keep(self, number: int, result: Mapping[str, Any]) -> None:
        """Write the result of a trial, before the study is told; its checkpoint is of no use any more."""
        write_json(self.trial(number) / "metrics.json", result)
        (self.trial(number) / _CHECKPOINT).unlink(missing_ok=True)


def cores() -> int:
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
