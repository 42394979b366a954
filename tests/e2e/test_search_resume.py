"""A search that is killed goes on with the same command, whatever it was doing."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

SPACE = """
name: bench
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: {int: [1, 4]}, unit: {conv: {out: {int: [4, 40]}, kernel: 3}}}
      - flatten
      - linear: {out: 10}
search:
  objectives: [{metric: val_accuracy}, {metric: parameters, direction: minimize}]
  trials: 24
"""

DRIVER = """
import sys, time
from dataclasses import dataclass
from pathlib import Path
from fractalgen.search import EpochReport, Result, SearchOptions, run_search
from fractalgen.spec import load

@dataclass(frozen=True)
class Formula:
    log: Path
    pause: float
    metrics = ("val_accuracy",)
    keeps_weights = False

    def digest(self, data):
        return "none"

    def run(self, job, report):
        self.note("began", job)
        score = {"val_accuracy": len(job.spec_file.read_text()) % 97 / 97}
        for epoch in (1, 2, 3):
            time.sleep(self.pause)
            report(EpochReport(epoch, 3, score))
        self.note("ended", job)
        return Result(score)

    def publish(self, job, best):
        return 0.5

    def note(self, word, job):
        with self.log.open("a") as file:
            file.write(f"{word} {job.number}\\n")

if __name__ == "__main__":
    folder, executor, pause, trials = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    evaluation = Formula(folder.with_suffix(".log"), pause)
    options = SearchOptions(executor=executor, trials=trials, evaluation=evaluation)
    run_search(load(folder.parent / "space.yaml"), folder, options)
"""


class Command:
    """The search as a process that can be started again and again."""

    def __init__(self, home: Path, executor: str, pause: float, trials: int = 24, space: str = SPACE) -> None:
        self.folder = home / "run"
        self.arguments = [str(self.folder), executor, str(pause), str(trials)]
        home.mkdir(exist_ok=True)
        (home / "space.yaml").write_text(space)
        self.script = home / "formula_search.py"
        self.script.write_text(DRIVER)

    def start(self) -> subprocess.Popen[bytes]:
        # A shell that runs tests in the background passes an ignored SIGINT on.
        heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        command = [sys.executable, str(self.script), *self.arguments]
        return subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=heed)  # noqa: PLW1509

    def finish(self) -> list[dict[str, object]]:
        process = self.start()
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
        return self.trials()

    def trials(self) -> list[dict[str, object]]:
        file = self.folder / "leaderboard.json"
        return json.loads(file.read_text())["trials"] if file.exists() else []

    def stop_after(self, count: int, by: signal.Signals) -> int:
        """Start, wait for `count` more trials, send a signal; return how the process ended."""
        target = len(self.trials()) + count
        process = self.start()
        deadline = time.monotonic() + 60
        while len(self.trials()) < target and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(by)
        process.communicate(timeout=120)
        return process.returncode

    def ended_twice(self) -> list[str]:
        lines = self.folder.with_suffix(".log").read_text().splitlines()
        return sorted({line for line in lines if line.startswith("ended") and lines.count(line) > 1})


def points(trials):
    return [(trial["number"], trial["params"], trial["values"], trial["cached"]) for trial in trials]


def test_a_search_killed_three_times_loses_nothing_and_runs_nothing_twice(tmp_path):
    killed = Command(tmp_path / "killed", "inline", 0.02)
    for count in (2, 5, 4):
        killed.stop_after(count, signal.SIGKILL)
    trials = killed.finish()
    assert [trial["number"] for trial in trials] == list(range(24))
    assert killed.ended_twice() == []
    assert points(trials) == points(Command(tmp_path / "clean", "inline", 0.0).finish())


def test_a_batch_in_order_that_is_killed_loses_nothing_and_runs_nothing_twice(tmp_path):
    space = f"{SPACE}  sampler: {{random: {{order: macs}}}}\n"
    killed = Command(tmp_path / "killed", "inline", 0.02, 12, space)
    killed.stop_after(4, signal.SIGKILL)
    trials = killed.finish()
    assert killed.ended_twice() == []
    macs = [trial["metrics"]["macs"] for trial in trials]
    assert macs == sorted(macs)
    assert len({trial["fingerprint"] for trial in trials}) == 12


def test_an_interrupted_search_stops_and_goes_on(tmp_path):
    command = Command(tmp_path / "stopped", "inline", 0.3, trials=8)
    assert command.stop_after(2, signal.SIGINT) != 0
    assert len(command.finish()) == 8
    assert command.ended_twice() == []


def test_the_budget_of_a_finished_search_may_be_raised(tmp_path):
    command = Command(tmp_path / "raised", "inline", 0.0, trials=5)
    first = points(command.finish())
    command.arguments[-1] = "9"
    assert points(command.finish())[:5] == first


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["process", "ray"])
def test_another_executor_gives_the_same_results_as_inline_and_survives_a_kill(tmp_path, executor):
    killed = Command(tmp_path / "killed", executor, 0.1)
    killed.stop_after(6, signal.SIGKILL)
    trials = killed.finish()
    assert [trial["number"] for trial in trials] == list(range(24))
    inline = Command(tmp_path / "inline", "inline", 0.0).finish()
    scores = {json.dumps(trial["params"]): trial["values"] for trial in inline}
    shared = [trial for trial in trials if json.dumps(trial["params"]) in scores]
    assert shared
    assert all(trial["values"] == scores[json.dumps(trial["params"])] for trial in shared)


LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")


def family(pid):
    """A process and all that it started."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def listening(pid):
    """Addresses on which a process and all that it started wait for others; other programs may listen as well."""
    inodes = set()
    for each in family(pid):
        for link in Path(f"/proc/{each}/fd").glob("*"):
            with contextlib.suppress(OSError):
                inodes.add(link.readlink().name)
    lines = [
        line.split() for file in ("tcp", "tcp6") for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]
    ]
    return {line[1].partition(":")[0] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in inodes}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the sockets from /proc, which only Linux has")
def test_a_ray_search_listens_on_the_loopback_address_alone(tmp_path):
    pytest.importorskip("ray")
    command = Command(tmp_path / "local", "ray", 0.5, trials=6)
    process = command.start()
    try:
        while not command.trials() and process.poll() is None:
            time.sleep(0.1)
        assert process.poll() is None
        found = listening(process.pid)
        assert found
        assert found <= set(LOOPBACK)
    finally:
        process.communicate(timeout=60)


@pytest.mark.slow
def test_an_interrupted_ray_search_stops_and_goes_on(tmp_path):
    pytest.importorskip("ray")
    command = Command(tmp_path / "stopped", "ray", 2.0, trials=8)
    assert command.stop_after(1, signal.SIGINT) != 0
    assert len(command.finish()) == 8
    assert command.ended_twice() == []


@pytest.mark.parametrize("executor", ["inline", "process", pytest.param("ray", marks=pytest.mark.slow)])
def test_an_interrupt_in_the_middle_of_a_long_epoch_ends_the_search_and_its_workers(tmp_path, executor):
    command = Command(tmp_path / "stopped", executor, 600.0, trials=4)
    process = command.start()
    log = command.folder.with_suffix(".log")
    deadline = time.monotonic() + 120
    while not log.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    started = family(process.pid)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)  # within 5 s where the machine is free; an epoch takes 600
    assert process.returncode != 0
    deadline = time.monotonic() + 10
    while (left := [pid for pid in started if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []
    command.arguments[2] = "0"
    assert [trial["number"] for trial in command.finish()] == list(range(4))
    assert command.ended_twice() == []


def is_alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
