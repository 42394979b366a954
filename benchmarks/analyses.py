"""What the analyses find in networks trained on digits, and in their untrained controls, three seeds each.

    python benchmarks/analyses.py [NAME...] [--seeds 3] [--out runs/analyses]

Each training is a run folder under --out: it goes on where it was killed, and one that is finished is not run again.
The figures go to `results/analyses.json`, the tables to standard output.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from _machine import machine

from fractalgen.analyses import Findings
from fractalgen.analyses.run import make_analysis
from fractalgen.analyses.subject import Subject
from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import Spec, load
from fractalgen.training import FitOptions, evaluate, fit, load_data
from fractalgen.training.initialise import initialise

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "analyses.json"
FIELD = HERE.parent / "search_spaces" / "field"
Row = dict[str, Any]
SAMPLES = 287
"""Validation images of digits, of which every one is looked at."""


@dataclass(frozen=True)
class Case:
    """A spec, and the analysis of it; `planted` puts a massive number into the first weights."""

    spec: str
    analysis: str
    at: str = ""
    planted: bool = False


CASES = {
    "linear_probes": Case("linear_probes", "probes"),
    "linear_probes_fractal": Case("linear_probes_fractal", "probes", "every-column"),
    "linear_probes_bypassed": Case("linear_probes_bypassed", "probes"),
    "massive_activations": Case("massive_activations", "activations"),
    "massive_activations_planted": Case("massive_activations", "activations", planted=True),
}
PLANTED = 3000.0
"""In channel 5 of the code of the first token: constant, as the paper finds them."""


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
    case = CASES[name]
    spec = load(FIELD / f"{case.spec}.yaml")
    spec = spec.with_section("train", spec.train.model_copy(update={"seed": seed}))
    control = first(spec, case)
    dataset = load_data(spec.data)
    trained = first(spec, case)
    score = fit(trained.network, spec.train, dataset, FitOptions(out=folder))
    analysis = make_analysis(case.analysis, {"at": case.at})
    figures = {"trained": Subject(spec, trained.network), "control": control}
    return {
        "seed": seed,
        "test_accuracy": evaluate(trained.network, dataset.final_test()).accuracy,
        "seconds": round(sum(epoch.seconds for epoch in score.epochs)),
        **{kind: kept(analysis.run(subject)) for kind, subject in figures.items()},
    }


def first(spec: Spec, case: Case) -> Subject:
    """Return the network as its training begins."""
    network = compile_graph(expand(spec), spec.drop_path, spec.train.seed)
    initialise(network, spec.train.init, spec.train.seed)
    if case.planted:
        with torch.no_grad():
            network.get_submodule("positional_encoding").table[0, 5] = PLANTED
    return Subject(spec, network, spec.train.seed)


def kept(findings: Findings) -> Row:
    """Return what the results hold."""
    found = findings.as_dict()
    return {"figures": found["figures"], "rows": found["rows"]}


def table(name: str, runs: list[Row]) -> str:
    accuracy = [run["test_accuracy"] for run in runs]
    lines = [f"{name}: test accuracy {span(accuracy, 4)}, {len(runs)} seeds"]
    lines += probe_lines(runs) if CASES[name].analysis == "probes" else magnitude_lines(runs)
    return "\n".join(lines)


def probe_lines(runs: list[Row]) -> Iterator[str]:
    yield "| point | layers up to it | error of the probe, % | untrained control, % |"
    yield "| --- | --- | --- | --- |"
    for place, row in enumerate(runs[0]["trained"]["rows"]):
        cells = [span([100 * run[kind]["rows"][place]["error"] for run in runs]) for kind in ("trained", "control")]
        yield f"| {row['point']} | {row['depth']} | {' | '.join(cells)} |"
    cells = [span([run[kind]["figures"]["spearman"] for run in runs], 2) for kind in ("trained", "control")]
    yield f"| Spearman of depth and error | | {' | '.join(cells)} |"


def magnitude_lines(runs: list[Row]) -> Iterator[str]:
    sizes = ("largest", "third", "median")
    losses = ("loss", "zeroed", "averaged")
    headings = ("point", *sizes, "largest over median", "massive a sample", *losses, "untrained: largest over median")
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for place, row in enumerate(runs[0]["trained"]["rows"]):
        trained, control = ([run[kind]["rows"][place] for run in runs] for kind in ("trained", "control"))
        cells = [span([each[size] for each in trained], 2) for size in sizes]
        cells += [ratio(trained), span([each["massive"] / SAMPLES for each in trained])]
        cells += [span([each[loss] for each in trained], 3) if trained[0][loss] is not None else "" for loss in losses]
        yield f"| {row['point']} | {' | '.join(cells)} | {ratio(control)} |"


def ratio(rows: list[Row]) -> str:
    return span([row["largest"] / row["median"] for row in rows])


def span(values: list[float], digits: int = 1) -> str:
    low, high = (f"{end:.{digits}f}" for end in (min(values), max(values)))
    return f"{statistics.mean(values):.{digits}f}" + ("" if low == high else f" ({low} to {high})")


if __name__ == "__main__":
    main()
