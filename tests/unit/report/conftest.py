"""Run folders as a search and a training run leave them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SPEC = "name: best\nnetwork: {input: [1, 8, 8], body: {fractal: {columns: 2, unit: {conv_bn_relu: {out: 4}}}}}\n"


def trial(number: int, accuracy: float, parameters: float, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "state": "complete",
        "params": {"network.body.fractal.columns": number + 1, "network.body.fractal.join": "mean"},
        "values": {"val_accuracy": accuracy, "parameters": parameters},
        "fingerprint": f"{number:064x}",
        "cached": False,
        "seconds": 1.5,
        **more,
    }


@pytest.fixture
def board() -> dict[str, Any]:
    """Return the leaderboard of five trials: three on the front, one from the cache, one pruned."""
    trials = [
        trial(0, 0.90, 1000),
        trial(1, 0.95, 5000),
        trial(2, 0.97, 9000),
        trial(3, 0.95, 5000, cached=True, fingerprint=f"{1:064x}"),
        trial(4, 0, 0, state="pruned", values={}, reason="the loss became 'nan'"),
    ]
    return {
        "name": "digits",
        "objectives": [
            {"metric": "val_accuracy", "direction": "maximize"},
            {"metric": "parameters", "direction": "minimize"},
        ],
        "target": 5,
        "best": {**trials[2], "test_accuracy": 0.9812},
        "front": [2, 1, 0],
        "trials": trials,
    }


@pytest.fixture
def search_run(tmp_path: Path, board: dict[str, Any]) -> Path:
    """Return the folder of a finished search."""
    (tmp_path / "leaderboard.json").write_text(json.dumps(board))
    (tmp_path / "spec.yaml").write_text("name: digits\n")
    (tmp_path / "lock.json").write_text('{"versions": {"torch": "2.15"}}')
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / "spec.yaml").write_text(SPEC)
    return tmp_path


@pytest.fixture
def training_run(tmp_path: Path) -> Path:
    """Return the folder of a finished training run."""
    epochs = [{"epoch": i, "train_loss": 2 / i, "val_accuracy": 1 - 0.5 / i, "seconds": 2} for i in (1, 2, 3)]
    columns = [{"index": 1, "accuracy": 0.71}, {"index": 2, "accuracy": 0.83}]
    metrics = {"epochs": epochs, "test_accuracy": 0.8421, "columns": columns}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    (tmp_path / "spec.yaml").write_text(SPEC)
    return tmp_path
