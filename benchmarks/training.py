"""What the training loop costs over the bare forward, backward and step, at batch 128 of 32x32 images.

    python benchmarks/training.py [--quick]

Rounds alternate: an epoch of the loop, with data, augmentation, schedule, checks and progress, then as many bare steps
on one batch that is ready. Writes benchmarks/results/training.json, unless --quick, and prints a table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from _machine import machine
from torch import nn
from torch.nn import functional as F

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.training import Dataset, Progress, load_data
from fractalgen.training.batches import Batches
from fractalgen.training.progress import Watch
from fractalgen.training.steps import Steps

ROOT = Path(__file__).parents[1]
BATCH = 128
NETWORK = """
network:
  input: [3, 32, 32]
  body: {sequence: [%s, global_avg_pool, {linear: {out: 10}}]}
train: {epochs: 1000, batch: %d, lr: 0.01, nesterov: true, %s}
"""
BODIES = {
    "3 convs of 16": "{repeat: {times: 3, body: {conv_bn_relu: {out: 16}}}}",
    "fractal of 3 columns": "{fractal: {columns: 3, unit: {conv_bn_relu: {out: 32}}, end: max_pool}}",
}
RECIPES = {
    "paper": "augment: [shift_mirror]",
    "modern": "label_smoothing: 0.1, ema: 0.99, augment: [{mirror: {alternate: true}}, crop, cutout]",
    "mixing": "augment: [mixup, cutmix]",
}


class Bare:
    """The same network and optimizer without a loop around them."""

    def __init__(self, steps: Steps, smoothing: float) -> None:
        self.network, self.smoothing = steps.network, smoothing
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=0.01, momentum=0.9, nesterov=True, fused=True)
        images, self.labels = steps.images.batch(torch.arange(BATCH))
        self.images = images.contiguous()

    def run(self, count: int) -> None:
        """Run steps on the one batch."""
        self.network.train()
        for _ in range(count):
            self.optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(self.network(self.images), self.labels, label_smoothing=self.smoothing)
            loss.backward()
            self.optimizer.step()


def seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def print_nothing(progress: Progress) -> None:
    del progress


def measure(body: str, recipe: str, dataset: Dataset, rounds: int) -> dict[str, Any]:
    """Milliseconds a step of the loop, of the bare step, and of data with augmentation alone."""
    spec = load_text(NETWORK % (BODIES[body], BATCH, RECIPES[recipe]))
    network: nn.Module = compile_graph(expand(spec))
    steps = Steps(network, spec.train, dataset, 0)
    batches = Batches(dataset.train, torch.device("cpu"), dataset.classes, spec.train, 0)
    bare, watch, count = (
        Bare(steps, spec.train.label_smoothing),
        Watch(steps, lambda progress: progress),
        steps.per_epoch,
    )
    bare.run(2)
    times: dict[str, list[float]] = {"loop": [], "bare": [], "data": []}
    for number in range(1, rounds + 1):
        watch.start()
        times["loop"].append(seconds(lambda n=number: steps.epoch(n, lambda: watch.after_step(n, time.perf_counter()))))
        times["bare"].append(seconds(lambda: bare.run(count)))
        batches.start(number)
        times["data"].append(seconds(lambda: [batches.get(step) for step in range(count)]))
    found = {f"{name}_ms": 1000 * statistics.median(each) / count for name, each in times.items()}
    overhead = statistics.median(a / b for a, b in zip(times["loop"], times["bare"], strict=True)) - 1
    return {"network": body, "recipe": recipe, **found, "overhead": overhead}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="Few rounds; writes nothing.")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    dataset = load_data(Data(source="synthetic", count=1600 if quick else 3200, shape=(3, 32, 32)))
    rounds = 3 if quick else 11
    rows = [measure(body, recipe, dataset, rounds) for body in BODIES for recipe in RECIPES]
    print("| network | recipe | loop ms | bare ms | data ms | overhead |\n| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        figures = " | ".join(f"{row[f'{name}_ms']:.2f}" for name in ("loop", "bare", "data"))
        print(f"| {row['network']} | {row['recipe']} | {figures} | {100 * row['overhead']:.1f} % |")
    if not quick:
        result = {"machine": machine(threads=1), "batch": BATCH, "rounds": rounds, "rows": rows}
        file = ROOT / "benchmarks" / "results" / "training.json"
        file.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
