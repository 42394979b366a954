"""Flemme's encoders and architectures on the coins: Dice with and without the hierarchy, PSNR of autoencoders.

    python benchmarks/flemme.py [NAME...] [--seeds 3] [--out runs/flemme]

NAME is an encoder and an architecture, such as convolution-hierarchical; all twelve that the coins can train when left
out. Each training is a run folder under --out: it goes on where it was killed. The figures go to `results/flemme.json`,
the tables to standard output.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from _trainings import Row, markdown, rows_of, show, spread

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand, facts
from fractalgen.spec import Spec, load
from fractalgen.training import FitOptions, evaluate, fit, load_data, task_of
from fractalgen.training.rows import Rows

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "flemme.json"
SPACE = HERE.parent / "search_spaces" / "field" / "flemme.yaml"
ENCODERS = ("convolution", "transformer", "state_space")
TASKS = {
    "segmentation": "segmentation",
    "hierarchical": "segmentation",
    "autoencoder": "reconstruction",
    "variational": "{reconstruction: {kl: 0.1}}",
}
RECIPE = "batch: 4, optimizer: adamw, lr: 0.003, weight_decay: 0.01, schedule: cosine, augment: [mirror], grad_clip: 1"
EPOCHS = {"convolution": 20, "transformer": 20, "state_space": 8}
"""A step of the state-space networks takes ten times as long as one of the convolutions."""
HELD_OUT = 0.75
"""Share of the 81 tiles that are not trained on: with all of them every network finds 99 % of the coins."""
LOOKED_AT = 8
"""Tiles that are validated on; nothing is chosen by them, and the other ones are left out to save time."""


def main() -> None:
    every = [f"{encoder}-{architecture}" for architecture, encoder in product(TASKS, ENCODERS)]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=every, help=", ".join(every))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "flemme")
    given = parser.parse_args()
    print(tables(rows_of(RESULTS, given.names, given.seeds, lambda name, seed: train(name, given.out, seed))))


def spec_of(name: str) -> Spec:
    encoder, _, architecture = name.partition("-")
    sets = [
        f"rules.encoder.body={encoder}",
        f"rules.architecture.body={architecture}",
        f"train={{task: {TASKS[architecture]}, epochs: {EPOCHS[encoder]}, {RECIPE}}}",
        f"data={{source: coins, val_fraction: {HELD_OUT}}}",
    ]
    return load(SPACE, sets).first()


def train(name: str, out: Path, seed: int) -> Row:
    spec = spec_of(name)
    graph = expand(spec)
    known, data = facts(graph), load_data(spec.data)
    few = data.validation
    few = replace(few, rows=Rows(few.rows[:LOOKED_AT]), masks=Rows(few.masks[:LOOKED_AT]))
    network = compile_graph(graph, seed=seed)
    options = FitOptions(seed=seed, out=out / f"{name}-{seed}", on_epoch=show, device="cpu")
    score = fit(network, spec.train, replace(data, validation=few), options)
    found = evaluate(network, data.final_test(), task=task_of(spec.train))
    return {
        "parameters": known.parameters,
        "macs": known.macs,
        "train_loss": score.train_loss,
        "test_accuracy": found.accuracy,
        **{f"test_{measure}": value for measure, value in found.figures.items()},
        "epochs": len(score.epochs),
        "seconds": round(score.seconds, 1),
        "problems": list(score.guards.problems),
    }


def tables(rows: list[Row]) -> str:
    return f"{segmentation_table(rows)}\n\n{reconstruction_table(rows)}"


def segmentation_table(rows: list[Row]) -> str:
    head = ("encoder", "parameters, with the hierarchy", "test Dice, %", "with it", "gain, points", "minutes")
    lines = []
    for encoder in ENCODERS:
        plain, more = (figures(rows, f"{encoder}-{each}") for each in ("segmentation", "hierarchical"))
        if plain and more:
            gains = [100 * (b["test_dice"] - a["test_dice"]) for a, b in zip(plain, more, strict=False)]
            share = 100 * (more[0]["parameters"] / plain[0]["parameters"] - 1)
            sizes = f"{plain[0]['parameters']:,}, {more[0]['parameters']:,} (+{share:.1f} %)"
            dice = [spread(100 * row["test_dice"] for row in each) for each in (plain, more)]
            lines.append((encoder, sizes, *dice, spread(gains), minutes(plain + more)))
    return markdown(head, lines)


def reconstruction_table(rows: list[Row]) -> str:
    head = ("encoder", "autoencoder, test PSNR in dB", "variational", "parameters", "minutes")
    lines = []
    for encoder in ENCODERS:
        plain, more = (figures(rows, f"{encoder}-{each}") for each in ("autoencoder", "variational"))
        if plain and more:
            ratios = [spread(row["test_psnr"] for row in each) for each in (plain, more)]
            sizes = f"{plain[0]['parameters']:,}, {more[0]['parameters']:,}"
            lines.append((encoder, *ratios, sizes, minutes(plain + more)))
    return markdown(head, lines)


def figures(rows: list[Row], name: str) -> list[dict[str, Any]]:
    """Return the rows of a variant by their seeds."""
    return sorted((row for row in rows if row["variant"] == name), key=lambda row: int(row["seed"]))


def minutes(rows: list[Row]) -> str:
    return f"{sum(row['seconds'] for row in rows) / len(rows) / 60:.1f}"


if __name__ == "__main__":
    main()
