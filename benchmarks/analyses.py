"""What the analyses find in networks trained on digits, and in their untrained controls, three seeds each.

    python benchmarks/analyses.py [NAME...] [--seeds 3] [--out runs/analyses]

Each training is a run folder under --out: it goes on where it was killed, and one that is finished is not run again.
The figures go to `results/analyses.json`, the tables to standard output.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from _machine import machine

from fractalgen.analyses.run import analyse, make_analysis
from fractalgen.analyses.subject import SubjectOptions, load_subject
from fractalgen.spec import load
from fractalgen.training import RunOptions, run_training

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "analyses.json"
FIELD = HERE.parent / "search_spaces" / "field"
Row = dict[str, Any]
CASES: dict[str, tuple[str, Row]] = {
    "linear_probes": ("probes", {}),
    "linear_probes_fractal": ("probes", {"at": "every-column"}),
    "linear_probes_bypassed": ("probes", {}),
    "massive_activations": ("activations", {}),
}
"""Spec -> the analysis, and its options."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(CASES), help=", ".join(CASES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/analyses"))
    given = parser.parse_args()
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in given.names:
        runs = [measure(name, given.out / f"{name}-{seed}", seed) for seed in range(given.seeds)]
        found[name] = {"machine": machine(threads=torch.get_num_threads()), "runs": runs}
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print("\n\n".join(table(name, found[name]["runs"]) for name in given.names))


def measure(name: str, folder: Path, seed: int) -> Row:
    spec_file = FIELD / f"{name}.yaml"
    if not (folder / "metrics.json").exists():
        run_training(load(spec_file), RunOptions(out=folder, seed=seed))
    record = json.loads((folder / "metrics.json").read_text())
    kind, options = CASES[name]
    analysis = make_analysis(kind, options)
    trained = analyse(kind, analysis, load_subject(folder)).findings.as_dict()
    control = analyse(kind, analysis, load_subject(spec_file, SubjectOptions(seed=seed))).findings.as_dict()
    return {
        "seed": seed,
        "test_accuracy": record["test_accuracy"],
        "seconds": round(sum(epoch["seconds"] for epoch in record["epochs"])),
        "trained": {"figures": trained["figures"], "rows": trained["rows"]},
        "control": {"figures": control["figures"], "rows": control["rows"]},
    }


def table(name: str, runs: list[Row]) -> str:
    accuracy = [run["test_accuracy"] for run in runs]
    lines = [f"{name}: test accuracy {span(accuracy, 4)}, {len(runs)} seeds"]
    lines += probe_lines(runs) if CASES[name][0] == "probes" else magnitude_lines(runs)
    return "\n".join(lines)


def probe_lines(runs: list[Row]) -> Iterator[str]:
    yield "| point | layers before it | error of the probe, % | untrained control, % |"
    yield "| --- | --- | --- | --- |"
    for place, row in enumerate(runs[0]["trained"]["rows"]):
        cells = [span([100 * run[kind]["rows"][place]["error"] for run in runs]) for kind in ("trained", "control")]
        yield f"| {row['point']} | {row['depth']} | {' | '.join(cells)} |"
    cells = [span([run[kind]["figures"]["spearman"] for run in runs], 2) for kind in ("trained", "control")]
    yield f"| Spearman of depth and error | | {' | '.join(cells)} |"


def magnitude_lines(runs: list[Row]) -> Iterator[str]:
    sizes = ("largest", "third", "median")
    yield f"| point | {' | '.join(sizes)} | largest over median | massive | untrained: largest over median |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for place, row in enumerate(runs[0]["trained"]["rows"]):
        rows: dict[str, list[Mapping[str, Any]]] = {
            kind: [run[kind]["rows"][place] for run in runs] for kind in ("trained", "control")
        }
        cells = [span([each[size] for each in rows["trained"]], 2) for size in sizes]
        ratios = {kind: span([each["largest"] / each["median"] for each in rows[kind]]) for kind in rows}
        massive = sum(each["massive"] for each in rows["trained"])
        yield f"| {row['point']} | {' | '.join(cells)} | {ratios['trained']} | {massive} | {ratios['control']} |"


def span(values: list[float], digits: int = 1) -> str:
    low, high = (f"{end:.{digits}f}" for end in (min(values), max(values)))
    return f"{statistics.mean(values):.{digits}f}" + ("" if low == high else f" ({low} to {high})")


if __name__ == "__main__":
    main()
