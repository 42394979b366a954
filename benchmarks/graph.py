"""How long the graph takes: expansion, facts with fingerprint, enumeration; medians over rounds, on one core.

    python benchmarks/graph.py

Writes benchmarks/results/graph.json and prints the table of benchmarks/README.md.
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from _machine import machine

from fractalgen.passes import Enumeration, expand, facts
from fractalgen.spec import load

ROOT = Path(__file__).parents[1]
SPACES = ROOT / "search_spaces" / "cifar10"
COLUMNS = "network.body.sequence[0].foreach.body.fractal.columns"
ROUNDS = 5


def seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def by_size() -> list[dict[str, float]]:
    """Five blocks of 8 to 12 columns; the sizes alternate within each round."""
    specs = {c: load(SPACES / "fractalnet20.yaml", [f"{COLUMNS}={c}"]) for c in range(8, 13)}
    times: dict[int, list[tuple[float, float]]] = {c: [] for c in specs}
    nodes = {}
    for _ in range(ROUNDS):
        for columns, spec in specs.items():
            began = time.perf_counter()
            graph = expand(spec)
            middle = time.perf_counter()
            facts(graph)
            times[columns].append((middle - began, time.perf_counter() - middle))
            nodes[columns] = len(graph.nodes)
    return [
        {
            "columns": columns,
            "nodes": nodes[columns],
            "expand_s": statistics.median(a for a, _ in found),
            "facts_s": statistics.median(b for _, b in found),
            "us_per_node": 1e6 * statistics.median(a + b for a, b in found) / nodes[columns],
        }
        for columns, found in times.items()
    ]


def enumeration(count: int) -> float:
    """Seconds for the first distinct architectures of the template space."""
    space = load(SPACES / "templates.yaml")
    return seconds(lambda: list(itertools.islice(Enumeration(space), count)))


def command(*arguments: str) -> float:
    program = str(Path(sys.executable).parent / "fractalgen")
    run = [program, *arguments]
    return statistics.median(
        seconds(lambda: subprocess.run(run, capture_output=True, check=True)) for _ in range(ROUNDS)
    )


def main() -> None:
    everything = Enumeration(load(SPACES / "templates.yaml"))
    result = {
        "machine": machine(),
        "rounds": ROUNDS,
        "sizes": by_size(),
        "first_1200_distinct_s": statistics.median(enumeration(1200) for _ in range(3)),
        "template_space_s": seconds(lambda: list(everything)),
        "template_space": {"points": everything.visited, "distinct": everything.distinct},
        "help_s": command("--help"),
        "show_s": command("show", str(SPACES / "fractalnet20.yaml"), "--json"),
    }
    file = ROOT / "benchmarks" / "results" / "graph.json"
    file.write_text(json.dumps(result, indent=2) + "\n")
    print("| columns | nodes | expand s | facts s | us a node |\n| --- | --- | --- | --- | --- |")
    for row in result["sizes"]:
        figures = f"{row['expand_s']:.2f} | {row['facts_s']:.2f} | {row['us_per_node']:.1f}"
        print(f"| {row['columns']} | {row['nodes']:,} | {figures} |")
    for name in ("first_1200_distinct_s", "template_space_s", "help_s", "show_s"):
        print(f"{name} {result[name]:.2f}")


if __name__ == "__main__":
    main()
