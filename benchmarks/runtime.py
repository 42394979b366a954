"""Training steps, memory and latency of FractalNet-20 beside pytorchcv's port of it, and nets at the limits of size.

    pip install -e '.[bench]'
    python benchmarks/runtime.py [SECTION...] [--device cpu|cuda] [--rounds 120] [--quick] [--out FILE]

Sections: steps, memory, latency, large; all when none is named. Devices: the CPU, and CUDA where there is one.
Contenders share a process, a batch and two threads and take turns; peaks of memory are each measured in a process of
their own. Writes `results/runtime.json`, where a section that is not run keeps its figures, and prints the table of
benchmarks/README.md. With --quick everything is tiny, for a test that it runs: the figures mean nothing, and are
written only where --out says.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from _contenders import GLOBAL, SEED, Case, Limit, Training, network_of, papers, port_of
from _machine import machine
from _table import table
from torch import Tensor

from fractalgen.compiler import LoweringOptions, lower
from fractalgen.spec import DropPath

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "runtime.json"
THREADS = 2
WARM_UP = 3
Row = dict[str, Any]
Rows = list[Row]


def main() -> None:
    given = arguments()
    torch.set_num_threads(THREADS)
    out = given.out or (None if given.quick else RESULTS)
    found = json.loads(out.read_text()) if out is not None and out.exists() else {}
    for device in given.device:
        cases = [Case(columns, device=device) for columns in (3, 4)]
        if given.quick:
            cases = [Case(2, (8,) * 5, batch=4, device=device)]
        for section in given.sections or SECTIONS:
            if section == "large" and device != "cpu":
                continue
            began = time.perf_counter()
            rows = SECTIONS[section](cases, given)
            minutes = round((time.perf_counter() - began) / 60, 1)
            about = {"machine": machine_of(device), "seed": SEED, "quick": given.quick, "minutes": minutes}
            found.setdefault(device, {})[section] = {**about, "rows": rows}
            if out is not None:
                out.write_text(json.dumps(found, indent=1) + "\n")
    print(table(found))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    parser.add_argument("--device", nargs="+", choices=devices, default=devices)
    parser.add_argument("--rounds", type=int, default=120, help="training steps of each contender")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    for section in given.sections:
        if section not in SECTIONS:
            parser.error(f"no section {section!r}: there are {', '.join(SECTIONS)}")
    given.rounds = 3 if given.quick else given.rounds
    return given


def machine_of(device: str) -> Row:
    name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    return machine(device=name, capability=torch.backends.cpu.get_cpu_capability(), threads=THREADS)


def steps(cases: Iterable[Case], given: argparse.Namespace) -> Rows:
    """Training steps under the paper's drop-path; all but the port draw the same patterns."""
    rows: Rows = []
    for precision in ("fp32", "bf16"):
        for case in cases:
            rows += steps_of(replace(case, precision=precision), given.rounds)
            gc.collect()
    return rows


def steps_of(case: Case, rounds: int) -> Rows:
    last = replace(case, channels_last=True)
    plain, wide = network_of(case, papers()), network_of(last, papers())
    by_norm = network_of(case, papers())
    by_norm.checkpointing = "norm"
    contenders: dict[str, Training | Limit] = {
        "port": Training(port_of(case), case),
        "port, channels last": Training(port_of(last), last),
        "fractalgen": Training(plain, case),
        "fractalgen, channels last": Training(wide, last),
        "fractalgen, checkpointing by norm": Training(by_norm, case),
        "fractalgen, per sample": Training(network_of(case, papers("sample")), case),
        "surviving convs": Limit(plain, case),
        "surviving convs, channels last": Limit(wide, last),
    }
    times: dict[str, list[tuple[str, float]]] = {name: [] for name in contenders}
    for number in range(WARM_UP + rounds):
        for name, contender in turns(contenders, number):
            contender.prepare()
            took = seconds(contender.step, case.device)
            times[name].append((contender.mode, took))
    kept = {name: timed[WARM_UP:] for name, timed in times.items()}
    return [
        {**about(case), "contender": name, **spread(took for _, took in timed), **by_mode(timed, case)}
        for name, timed in kept.items()
    ]


def by_mode(timed: list[tuple[str, float]], case: Case) -> Row:
    """The mean with every mode at its own probability, which spares the luck of the draw; {} with too few steps."""
    modes: dict[str, list[float]] = {}
    for mode, took in timed:
        modes.setdefault(mode if mode.startswith("column") else "rest", []).append(took)
    weights = {f"column {k}": GLOBAL / case.columns for k in range(1, case.columns + 1)} | {"rest": 1 - GLOBAL}
    if modes.keys() != weights.keys() or min(len(times) for times in modes.values()) < 2:
        return {}
    variances = (weights[mode] ** 2 * statistics.variance(times) / len(times) for mode, times in modes.items())
    mean = sum(weights[mode] * statistics.mean(times) for mode, times in modes.items())
    plain = statistics.mean(took for _, took in timed)
    return {"plain_mean_s": plain, "mean_s": mean, "error_of_mean_s": sum(variances) ** 0.5}


def memory(cases: Iterable[Case], given: argparse.Namespace) -> Rows:
    """Peaks of training steps, each contender in a process of its own."""
    rows: Rows = []
    count = 2 if given.quick else 12
    for case in cases:
        contenders = [("port", "none"), ("nothing dropped", "none")]
        contenders += [("fractalgen", checkpointing) for checkpointing in ("none", "norm", "block", "column")]
        for contender, checkpointing in contenders:
            found = probe("memory", case=asdict(case), contender=contender, checkpointing=checkpointing, steps=count)
            rows.append({**about(case), "contender": contender, "checkpointing": checkpointing, **found})
    return rows


def latency(cases: Iterable[Case], given: argparse.Namespace) -> Rows:
    """Evaluation of the whole net and each column, as modules and lowered."""
    rows: Rows = []
    for case in cases:
        for batch in (1, case.batch):
            rows += latency_of(replace(case, batch=batch), 3 if given.quick else 30)
            gc.collect()
    return rows


def latency_of(case: Case, rounds: int) -> Rows:
    network, x = network_of(case, DropPath(rate=0.0)).eval(), case.images()
    sections = {"whole": network.between(), **{f"column {column.index}": column for column in network.columns()}}
    contenders: dict[str, Callable[[Tensor], object]] = {"port": port_of(case).eval()}
    for name, section in sections.items():
        contenders[name] = section
        contenders[f"{name}, lowered"] = lower(section, example=x)
        contenders[f"{name}, lowered, channels last"] = lower(section, LoweringOptions(channels_last=True), x)
    times: dict[str, list[float]] = {name: [] for name in contenders}
    with torch.inference_mode():
        for number in range(WARM_UP + rounds):
            for name, run in turns(contenders, number):
                times[name].append(seconds(lambda run=run: run(x), case.device))
    return [{**about(case), "contender": name, **spread(found[WARM_UP:])} for name, found in times.items()]


def large(cases: Iterable[Case], given: argparse.Namespace) -> Rows:
    """Lowering 20,475 convolutions, and a training step of 160 layers; on the CPU."""
    del cases
    many, deep, batch = (4, 2, 2) if given.quick else (12, 6, 50)
    return [
        {"contender": f"{many} columns x 5 blocks", **probe("large", columns=many)},
        {"contender": f"{5 * 2 ** (deep - 1)} layers", "batch": batch, **probe("deep", columns=deep, batch=batch)},
    ]


SECTIONS = {"steps": steps, "memory": memory, "latency": latency, "large": large}


def probe(kind: str, **given: Any) -> Row:
    run = [sys.executable, str(HERE / "_probe.py"), json.dumps({"kind": kind, "threads": THREADS, **given})]
    found: Row = json.loads(subprocess.run(run, stdout=subprocess.PIPE, check=True).stdout)
    return found


def turns(contenders: Mapping[str, Any], number: int) -> list[tuple[str, Any]]:
    """All contenders; each round begins with the next one."""
    listed = list(contenders.items())
    first = number % len(listed)
    return listed[first:] + listed[:first]


def seconds(run: Callable[[], object], device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
    began = time.perf_counter()
    run()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def about(case: Case) -> Row:
    return {key: value for key, value in asdict(case).items() if key in ("columns", "batch", "precision")}


def spread(times: Iterable[float]) -> Row:
    found = list(times)
    low, middle, high = statistics.quantiles(found, n=4)
    error = statistics.stdev(found) / len(found) ** 0.5
    return {
        "rounds": len(found),
        "mean_s": statistics.mean(found),
        "error_of_mean_s": error,
        "quartiles_s": [low, middle, high],
    }


if __name__ == "__main__":
    main()
