"""A small space and a made-up table of it."""

import random
import sys
from pathlib import Path

import pytest

from fractalgen.spec import load

ROOT = Path(__file__).parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

EPOCHS = 8
PART = "network.body.fractal_net"


@pytest.fixture(scope="session")
def small_space():
    """Two blocks of two columns at most: 9 networks of 12 points."""
    from benchmarks.fractalbench.space import SPACE

    fixed = {"blocks": 2, "width": 4, "join": "sum", "columns": "{int: [1, 2]}"}
    return load(SPACE, [f"{PART}.{name}={value}" for name, value in fixed.items()])


@pytest.fixture(scope="session")
def made_up(tmp_path_factory):
    """A table of 102 networks, in which accuracy grows with parameters and is noisy."""
    from benchmarks.fractalbench.make import SEEDS, made_of
    from benchmarks.fractalbench.space import SPACE, networks
    from benchmarks.fractalbench.write_table import write_table

    spec = load(SPACE, [f"{PART}.blocks=1", f"{PART}.width={{choice: [4, 8]}}"])
    found = networks(spec)
    rows = [_row(network, seed) for network in found for seed in SEEDS]
    file = tmp_path_factory.mktemp("table") / "made_up.parquet"
    write_table(file, found, rows, made_of(spec, rows))
    return file


def _row(network, seed):
    draw = random.Random(f"{network.fingerprint} {seed}")
    top = 0.5 + network.figures["parameters"] / 20_000 + draw.uniform(-0.01, 0.01)
    accuracies = [top * (1 - 0.5**epoch) for epoch in range(1, EPOCHS + 1)]
    same = dict.fromkeys(("train_loss", "val_loss", "seconds"), [0.5] * EPOCHS)
    tested = [accuracy - 0.1 for accuracy in accuracies]
    known = {"fingerprint": network.fingerprint, "seed": seed, "of": "made up", "total_seconds": 1.0}
    return {**known, **same, "val_accuracy": accuracies, "test_accuracy": tested}
