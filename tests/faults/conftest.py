"""A search that can be started, killed and started again, with a journal of what was evaluated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

SPACE = Path(__file__).parent / "space.yaml"
PATIENCE = 60


class Program:
    """A process that starts searches."""

    def __init__(self) -> None:
        program = Path(__file__).parent / "program.py"
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(SPACE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, order: dict[str, Any]) -> int:
        """Begin a search; return the id of its process."""
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._number()

    def wait(self) -> int:
        """Wait for the end of the search; return its exit status, or minus the signal that killed it."""
        return self._number()

    def _number(self) -> int:
        line = self.process.stdout.readline()
        assert line, "the program that starts searches has ended"
        return int(line)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@dataclass
class Search:
    """One command, given again and again."""

    spec: ClassVar[Path] = SPACE

    home: Path
    program: Program
    options: dict[str, Any] = field(default_factory=dict)
    name: str = "run"
    disk: Path | None = None
    pid: int = 0

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.journal.touch()

    @property
    def folder(self) -> Path:
        return (self.disk or self.home) / self.name

    @property
    def journal(self) -> Path:
        return self.home / "journal"

    @property
    def errors(self) -> str:
        """All that was printed for people."""
        file = self.home / f"{self.name}.errors"
        return file.read_text() if file.exists() else ""

    def start(self, **more: Any) -> None:
        order = {"folder": self.folder, "spec": self.spec, "journal": self.journal, "pause": 0.0}
        order |= {"errors": self.home / f"{self.name}.errors", **self.options, **more}
        self.pid = self.program.start(
            {key: str(value) if isinstance(value, Path) else value for key, value in order.items()}
        )

    def wait(self) -> int:
        return self.program.wait()

    def finish(self, **more: Any) -> list[dict[str, Any]]:
        """Let the search come to its end; return its trials."""
        self.start(**more)
        status = self.wait()
        assert status == 0, self.errors
        return self.trials()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL

    def runs(self) -> bool:
        """Whether the process is there."""
        return Path(f"/proc/{self.pid}").exists()

    def lines(self, word: str = "") -> list[str]:
        """Return whole lines of the journal: word, trial, network, process."""
        whole = self.journal.read_text().rpartition("\n")[0].splitlines()
        return [line for line in whole if line.startswith(word)]

    def await_lines(self, count: int, word: str = "") -> None:
        """Wait until the journal has so many lines."""
        await_(lambda: len(self.lines(word)) >= count or not self.runs(), f"{count} lines {word} of the journal")
        assert len(self.lines(word)) >= count, f"the search has ended before {count} lines {word}: {self.errors}"

    def trials(self) -> list[dict[str, Any]]:
        return json.loads((self.folder / "leaderboard.json").read_text())["trials"]

    def kept(self) -> set[int]:
        """Return the trials whose results are kept."""
        return {int(file.parent.name) for file in self.folder.glob("trials/*/metrics.json")}

    def evaluated_twice(self) -> list[str]:
        """Return the networks whose evaluation came to its end more than once."""
        counts = Counter(line.split()[2] for line in self.lines("ended"))
        return [network for network, count in counts.items() if count > 1]


def await_(holds: Any, what: str, seconds: float = PATIENCE) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.002)


@pytest.fixture(scope="session")
def program():
    """The process that starts searches, shared by all tests: its imports cost seconds."""
    program = Program()
    yield program
    program.close()


@pytest.fixture
def home(tmp_path: Path):
    """A folder in memory where there is one: a study is written to disk sixteen times a trial."""
    if not os.access("/dev/shm", os.W_OK):  # noqa: S108 - a test
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture
def search(home: Path, program: Program) -> Search:
    return Search(home, program, {"executor": "inline", "trials": 48})


@pytest.fixture
def clean(home: Path, program: Program) -> Search:
    """The same search, to be left alone."""
    return Search(home / "clean", program, {"executor": "inline", "trials": 48})
