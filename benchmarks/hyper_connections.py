"""Hyper-connections of three kinds in a net of 48 layers: accuracy, and the composite gain of the streams.

    python benchmarks/hyper_connections.py [--seeds 3] [--out runs/hyper_connections]

Trains `search_spaces/field/hyper_connections.yaml` on scikit-learn's digits, once for each kind and seed, and beside it
the residual net with the same layers. Each training is a run folder under --out: it goes on where it was killed, and
one that is finished is not run again. After each run its figures go to `results/hyper_connections.json`, the table to
standard output. Accuracies are of the test images, by which nothing is chosen; gains are of 100 validation images.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from _trainings import Row, markdown, rows_of, spread, trained

from fractalgen.analyses.run import analyse, make_analysis
from fractalgen.analyses.subject import load_subject
from fractalgen.passes import expand, facts
from fractalgen.spec import load

HERE = Path(__file__).parent
BUS = HERE.parent / "search_spaces" / "field" / "hyper_connections.yaml"
RESIDUAL = HERE / "specs" / "residual48.yaml"
RESULTS = HERE / "results" / "hyper_connections.json"
CHOICE = "network.body.sequence[2].residual_bus.kind"
KINDS = {
    "residual": (RESIDUAL, []),
    "hyper_connection": (BUS, [f"{CHOICE}=hyper_connection"]),
    "hyper_connection, dynamic": (BUS, [f"{CHOICE}={{hyper_connection: {{dynamic: true}}}}"]),
    "manifold": (BUS, [f"{CHOICE}=manifold"]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/hyper_connections"))
    given = parser.parse_args()
    print(table(rows_of(RESULTS, KINDS, given.seeds, lambda kind, seed: train(kind, seed, given.out))))


def train(kind: str, seed: int, out: Path) -> Row:
    file, sets = KINDS[kind]
    spec = load(file, sets).first()
    folder = out / f"{kind.replace(', ', '-')}-{seed}"
    run = trained(spec, folder, seed)
    row = {
        "parameters": facts(expand(spec)).parameters,
        "seconds": run.score.seconds,
        "epochs": len(run.score.epochs),
        "train_loss": run.score.train_loss,
        "val_accuracy": run.score.val_accuracy,
        "test_accuracy": run.test.accuracy,
    }
    if kind != "residual":
        record = analyse("gain", make_analysis("gain", {"samples": 100}), load_subject(folder))
        row["gain"] = record.findings.as_dict()["rows"]
    return row


def table(runs: list[Row]) -> str:
    headings = ("kind", "seeds", "parameters", "test accuracy in %", "largest row sum", "largest column sum")
    return markdown(headings, (line(kind, [run for run in runs if run["variant"] == kind]) for kind in KINDS))


def line(kind: str, runs: list[Row]) -> tuple[str, ...]:
    return (
        kind,
        str(len(runs)),
        f"{runs[0]['parameters']:,}",
        spread(100 * run["test_accuracy"] for run in runs),
        *(gain(runs, way) for way in ("forward", "backward")),
    )


def gain(runs: list[Row], way: str) -> str:
    """The largest of all sites, images and positions."""
    return spread((max(row[way] for row in run["gain"]) for run in runs), 3) if "gain" in runs[0] else ""


if __name__ == "__main__":
    main()
