"""Makes the table: trains every network of the space with three seeds, on one core; goes on where it was stopped.

    python -m benchmarks.fractalbench.make --out made
    python -m benchmarks.fractalbench.make --out made --trainings 20    # twenty more, and stop

Each training is one line of made/trainings.jsonl, written when it ends; made/fractalbench.parquet is written when all
are there. Scores are the same to the last bit on the same kind of processor; seconds are not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from fractalgen.compiler import compile_graph
from fractalgen.spec import Spec
from fractalgen.training import Dataset, Epoch, FitOptions, Samples, evaluate, fit, load_data

from .space import Network, digest, networks, read_space
from .write_table import write_table

SEEDS = (0, 1, 2)
LINES = "trainings.jsonl"
TABLE = "fractalbench.parquet"


@dataclass(frozen=True)
class Maker:
    """Trains what is not trained yet.

    Attributes:
        spec: The space.
        dataset: To train on.
        test: The test images.
        file: Where the lines go.
        mark: What the scores depend on, as a hash.
    """

    spec: Spec
    dataset: Dataset
    test: Samples
    file: Path
    mark: str

    def known(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Return the trainings that are done; a line that was cut off by a kill is removed."""
        if not self.file.exists():
            return {}
        text = self.file.read_text()
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            self.file.write_text(whole)
        rows = [json.loads(line) for line in whole.splitlines()]
        if any(row["of"] != self.mark for row in rows):
            sys.exit(f"{self.file} holds trainings of another space, recipe or data. Give another --out.")
        return {(row["fingerprint"], row["seed"]): row for row in rows}

    def train(self, network: Network, seed: int) -> dict[str, Any]:
        """Train one network once, and write its line."""
        module = compile_graph(network.graph, drop_path=network.spec.drop_path, seed=seed)
        tested: list[float] = []
        began = time.perf_counter()

        def on_epoch(record: Epoch) -> None:
            del record  # it is in the score
            tested.append(evaluate(module, self.test).accuracy)

        score = fit(module, network.spec.train, self.dataset, FitOptions(seed=seed, on_epoch=on_epoch, device="cpu"))
        names = ("train_loss", "val_accuracy", "val_loss", "seconds")
        row = {
            "fingerprint": network.fingerprint,
            "seed": seed,
            "of": self.mark,
            **{name: [getattr(epoch, name) for epoch in score.epochs] for name in names},
            "test_accuracy": tested,
            "total_seconds": time.perf_counter() - began,
            "problems": list(score.guards.problems),
        }
        with self.file.open("a") as lines:
            lines.write(json.dumps(row) + "\n")
        return row


def left(found: list[Network], known: dict[tuple[str, int], Any]) -> Iterator[tuple[Network, int]]:
    """Yield what is not trained yet: all networks with the first seed, then with the next one."""
    return ((network, seed) for seed in SEEDS for network in found if (network.fingerprint, seed) not in known)


def made_of(spec: Spec, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how the table was made."""
    return {
        "fractalgen": version("fractalgen"),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "machine": {"cores": os.cpu_count(), "architecture": platform.machine(), "threads": 1},
        "minutes": round(sum(row["total_seconds"] for row in rows) / 60, 1),
        "trainings": len(rows),
        "of": rows[0]["of"],
        "space": spec.to_yaml(),
    }


def make(spec: Spec, out: Path, most: int | None = None) -> int:
    """Train what is left, or the first `most` of it, and write the table when all is there; return what is left.

    Args:
        spec: The space.
        out: Folder of the trainings and the table.
        most: Stop after so many; all when None.
    """
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    found = networks(spec)
    assert spec.data is not None
    dataset = load_data(spec.data)
    maker = Maker(spec, dataset, dataset.final_test(), out / LINES, digest(spec, dataset.digest))
    known = maker.known()
    for network, seed in islice(list(left(found, known)), most):
        known[network.fingerprint, seed] = maker.train(network, seed)
        if len(known) % 50 == 0:
            print(f"{len(known):,} of {len(found) * len(SEEDS):,} trainings", flush=True)
    if len(known) == len(found) * len(SEEDS):
        rows = [known[network.fingerprint, seed] for network in found for seed in SEEDS]
        write_table(out / TABLE, found, rows, made_of(spec, rows))
    return len(found) * len(SEEDS) - len(known)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the table of fractalbench.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the table and its trainings")
    parser.add_argument("--trainings", type=int, help="stop after so many more; all when left out")
    options = parser.parse_args()
    print(f"{make(read_space(), options.out, options.trainings):,} trainings are left")


if __name__ == "__main__":
    main()
