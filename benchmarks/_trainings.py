"""Trainings of several variants with several seeds, whose figures are kept as they come."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from _machine import machine

from fractalgen.spec import Spec
from fractalgen.training import Epoch, Run, RunOptions, run_training

Row = dict[str, Any]


def rows_of(results: Path, variants: Iterable[str], seeds: int, train: Callable[[str, int], Row]) -> list[Row]:
    """Return a row for each variant and seed; those that `results` holds are not made again."""
    torch.set_num_threads(1)
    found = json.loads(results.read_text()) if results.exists() else {"machine": machine(threads=1), "runs": []}
    known = {(run["variant"], run["seed"]) for run in found["runs"]}
    for seed in range(seeds):
        for variant in variants:
            if (variant, seed) not in known:
                found["runs"].append({"variant": variant, "seed": seed, **train(variant, seed)})
                results.write_text(json.dumps(found, indent=1) + "\n")
    return list(found["runs"])


def trained(spec: Spec, folder: Path, seed: int) -> Run:
    """Train a plain spec in a run folder, or go on with it."""
    return run_training(spec, RunOptions(folder, seed=seed, device="cpu", on_epoch=show))


def show(epoch: Epoch) -> None:
    print(f"epoch {epoch.epoch}: {epoch.train_loss:.4f}, {epoch.val_loss:.4f}, {epoch.seconds:.0f} s", flush=True)


def spread(values: Iterable[float], digits: int = 1) -> str:
    """Mean, and the lowest and highest."""
    listed = list(values)
    return f"{statistics.mean(listed):.{digits}f} ({min(listed):.{digits}f} to {max(listed):.{digits}f})"


def markdown(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table."""
    head = list(headings)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
