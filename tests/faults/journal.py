"""An evaluation whose score is a formula, and which writes down what it does: one line when it begins, one at its end."""

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from fractalgen.atomic import write_text
from fractalgen.search import EpochReport, Result

EPOCHS = 3


@dataclass(frozen=True)
class Journal:
    """Takes `pause` seconds an epoch."""

    file: Path
    pause: float
    metrics = ("val_accuracy",)
    keeps_weights = True

    def digest(self, data):
        return "none"

    def run(self, job, report):
        began = time.monotonic()
        mark = hashlib.sha256(job.spec_file.read_bytes()).hexdigest()
        self.note("began", job, mark)
        score = {"val_accuracy": int(mark[:8], 16) / 2**32}
        for epoch in range(1, EPOCHS + 1):
            time.sleep(self.pause)
            report(EpochReport(epoch, EPOCHS, score))
        write_text(job.folder / "weights", mark)
        self.note("ended", job, mark)
        return Result(score, history=(score,) * EPOCHS, seconds=time.monotonic() - began)

    def publish(self, job, best):
        if not (job.folder / "weights").exists():
            return None
        best.mkdir(parents=True, exist_ok=True)
        (best / "weights").write_text((job.folder / "weights").read_text())
        return 0.5

    def note(self, word, job, mark):
        """Write one line; lines of several processes do not mix."""
        with self.file.open("ab", buffering=0) as file:
            file.write(f"{word} {job.number} {mark} {os.getpid()}\n".encode())
