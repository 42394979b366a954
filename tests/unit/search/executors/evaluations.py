"""What the jobs of these tests do: their spec is a line of words for `Deed`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from fractalgen.search import EpochReport, Job, Result
from fractalgen.search.job import Outcome

EPOCHS = 3


@dataclass(frozen=True)
class Deed:
    """Does what the spec says, writes who did it, and scores by the trial's number."""

    metrics: tuple[str, ...] = ("val_accuracy",)

    def run(self, job, report):
        word, _, argument = job.spec_file.read_text().partition(" ")
        (job.folder / "pid").write_text(str(os.getpid()))
        with (job.folder / "starts").open("a") as file:
            file.write("start\n")
        getattr(self, word)(job, argument)
        for epoch in range(1, EPOCHS + 1):
            if word == "slow":
                time.sleep(float(argument))
            report(EpochReport(epoch, EPOCHS, {"val_accuracy": epoch / 10}))
        return Result({"val_accuracy": job.number / 100}, history=({"val_accuracy": 0.3},), seconds=1.0)

    def train(self, job, argument):
        pass

    slow = train

    def fail(self, job, argument):
        raise ValueError(argument)

    def die(self, job, argument):
        os.kill(os.getpid(), signal.SIGKILL)

    def leave(self, job, argument):
        os._exit(int(argument))

    def die_once(self, job, argument):
        if len((job.folder / "starts").read_text().splitlines()) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def hang(self, job, argument):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        (job.folder / "child").write_text(str(child.pid))
        time.sleep(60)

    def fit_in(self, job, argument):
        (job.folder / "parts").write_text(f"{job.parts} {job.whole}")
        if job.parts < int(argument.split()[0]) or (argument.endswith("whole") and not job.whole):
            raise MemoryError("the memory is full")

    def show(self, job, argument):
        (job.folder / "shown").write_text(os.environ.get(argument, "unset"))


def make_job(folder: Path, number: int, deed: str) -> Job:
    folder = folder / str(number)
    folder.mkdir()
    (folder / "spec.yaml").write_text(deed)
    return Job(number, folder)


def run_all(executor, jobs, on_epoch=lambda *_: True) -> dict[int, Result]:
    """Do what a driver does."""
    found: list[Outcome] = []
    waiting = list(jobs)
    executor.start()
    try:
        running = 0
        while waiting or running:
            while waiting and running < executor.slots:
                executor.submit(waiting.pop(0))
                running += 1
            found.append(executor.poll(on_epoch))
            running -= 1
    finally:
        executor.close()
    return {outcome.number: outcome.result for outcome in found}


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
