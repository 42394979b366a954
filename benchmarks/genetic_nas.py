"""The genetic algorithm of arXiv 1907.02871 against random search, each at equal cost.

    python -m benchmarks.genetic_nas table --out runs/genetic [--seeds 10]
    python -m benchmarks.genetic_nas digits --out runs/genetic [--seeds 3]

`table` searches fractalbench, which trains nothing. `digits` searches the cells of
`search_spaces/field/genetic_nas.yaml` over shared weights: both kinds train them for as many steps and score as many
networks, and the two best are trained alone. Both go on where they were stopped. Figures go to
`results/genetic_nas.json`, tables to standard output.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks._machine import machine
from benchmarks.fractalbench.compare import LINES, run
from benchmarks.fractalbench.measures import median_curve, regret, regret_on_test
from benchmarks.fractalbench.searches import Case
from benchmarks.fractalbench.table import FILE, load
from fractalgen.search import Leaderboard, SearchOptions, run_search
from fractalgen.spec import load as load_spec

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "genetic_nas.json"
SPEC = HERE.parent / "search_spaces" / "field" / "genetic_nas.yaml"
TRIALS = 200
PLACES = (20, 50, 100, 150, 200)
KINDS = ("genetic", "random")
SIZE = 8
EPOCHS = 8
SCORED = SIZE + (EPOCHS - 1) * 2 * SIZE + SIZE
"""A generation after the first epoch, one beside the archive after each other, and the archive at the end."""
Record = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("table", "digits"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    measure, text = {"table": (in_table, table_lines), "digits": (on_digits, digits_lines)}[given.what]
    measured = measure(given.out, given.seeds or {"table": 10, "digits": 3}[given.what])
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**found, "machine": machine(threads=1), given.what: measured}, indent=1) + "\n")
    print("\n".join(text(measured)))


def in_table(out: Path, seeds: int) -> Record:
    """Return the regret of each kind after some trials: quartiles over seeds, and the last one of each seed."""
    table = load(FILE, with_test=True)
    searches = run([Case(kind, TRIALS) for kind in KINDS], seeds, table, FILE, out / LINES)
    found: Record = {"seeds": seeds, "trials": TRIALS, "places": PLACES}
    for kind in KINDS:
        mine = [each for each in searches if each.case.sampler == kind]
        curves = {name: [of(each, table) for each in mine] for name, of in MEASURES.items()}
        found[kind] = {name: quartiles_at(curve) for name, curve in curves.items()}
        found[kind]["last"] = [curve[-1] for curve in curves["validation"]]
        found[kind]["mean over trials"] = [statistics.mean(curve) for curve in curves["validation"]]
    pairs = list(zip(*(found[kind]["mean over trials"] for kind in KINDS), strict=True))
    found["seeds in which genetic is nearer over all trials"] = sum(one < other for one, other in pairs)
    return found


MEASURES = {"validation": regret, "test": regret_on_test}


def quartiles_at(curves: list[list[float]]) -> list[list[float]]:
    curve = median_curve(curves)
    return [[curve[place - 1].low, curve[place - 1].median, curve[place - 1].high] for place in PLACES]


def table_lines(found: Record) -> list[str]:
    lines = [f"| regret, % | {' | '.join(f'after {place}' for place in PLACES)} |", "| --- |" + " --- |" * len(PLACES)]
    for kind in KINDS:
        for name in MEASURES:
            cells = [f"{100 * mid:.2f} ({100 * low:.2f} to {100 * high:.2f})" for low, mid, high in found[kind][name]]
            lines.append(f"| {kind}, {name} | {' | '.join(cells)} |")
    return lines


def on_digits(out: Path, seeds: int) -> Record:
    """Return what each kind of search came to with each seed."""
    runs = [one_run(kind, seed, out) for seed in range(seeds) for kind in KINDS]
    return {"epochs": EPOCHS, "scored": SCORED, "runs": runs}


def one_run(kind: str, seed: int, out: Path) -> Record:
    file = out / f"{kind}-{seed}.json"
    if not file.exists():
        began = time.monotonic()
        options = SearchOptions(executor="inline", say=lambda line: print(kind, seed, line, flush=True))
        board = run_search(load_spec(SPEC, settings(kind, seed)), out / f"{kind}-{seed}", options)
        file.write_text(json.dumps({"minutes": (time.monotonic() - began) / 60, **came_to(kind, seed, board)}))
    found: Record = json.loads(file.read_text())
    return found


def settings(kind: str, seed: int) -> list[str]:
    """Return two stages of two cells each, small enough for one thread, and how they are searched."""
    population = ", population: {generations: 1}" if kind == "genetic" else ""
    sampler = f"{{genetic: {{archive: {SIZE}, generation: {SIZE}}}}}" if kind == "genetic" else "random"
    graph = "network.body.sequence[0].graph"
    return [
        "network.input=[1, 8, 8]",
        f"{graph}.nodes.stem.of.conv_bn.out=8",
        f"{graph}.output=b1",
        "data=digits",
        f"train={{epochs: 12, batch: 64, lr: 0.1, weight_decay: 1e-4, seed: {seed}}}",
        f"search={{sampler: {sampler}, trials: {SIZE if kind == 'genetic' else SCORED}, seed: {seed}, threads: 1, "
        f"weight_sharing: {{epochs: {EPOCHS}, retrain: 2, images: 128{population}}}}}",
    ]


def came_to(kind: str, seed: int, board: Leaderboard) -> Record:
    alone = [row for row in board.ranked if row.alone]
    shared = [row.values["val_accuracy"] for row in board.trials if row.complete]
    return {
        "kind": kind,
        "seed": seed,
        "best_shared": max(shared),
        "alone": [row.alone["val_accuracy"] for row in alone],
        "parameters": [row.metrics["parameters"] for row in alone],
        "test_accuracy": board.test_accuracy,
    }


def digits_lines(found: Record) -> list[str]:
    lines = ["| search | best by shared weights | best trained alone | its test accuracy | minutes |", "|---" * 5 + "|"]
    for kind in KINDS:
        mine = [each for each in found["runs"] if each["kind"] == kind]
        columns = [
            [each["best_shared"] for each in mine],
            [max(each["alone"]) for each in mine],
            [each["test_accuracy"] for each in mine],
        ]
        cells = [f"{statistics.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})" for values in columns]
        minutes = statistics.mean(each["minutes"] for each in mine)
        lines.append(f"| {kind} | {' | '.join(cells)} | {minutes:.1f} |")
    return lines


if __name__ == "__main__":
    main()
