"""Compares samplers and pruning in the table: no training, only fractalgen's own driver; goes on where it was stopped.

    python -m benchmarks.fractalbench.compare --out searches

Each search is one line of searches/searches.jsonl. Writes benchmarks/results/fractalbench.json and its picture,
fractalbench.svg, and prints the tables of docs/fractalbench.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fractalgen.atomic import write_text

from .figures import PRUNERS, SAMPLERS, TWO_OBJECTIVES, Figures
from .picture import picture
from .searches import Case, Search, read_search, search
from .table import FILE, Table, load
from .tables import tables

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "benchmarks" / "results" / "fractalbench.json"
PICTURE = ROOT / "benchmarks" / "results" / "fractalbench.svg"
LINES = "searches.jsonl"


def cases(trials: int) -> list[Case]:
    """Return what is compared."""
    one = [Case(sampler, trials) for sampler in SAMPLERS]
    two = [Case(sampler, trials, 2, pruner) for sampler in TWO_OBJECTIVES for pruner in ("", *PRUNERS)]
    return [*one, *two]


def run(wanted: Iterable[Case], seeds: int, table: Table, file: Path, lines: Path) -> list[Search]:
    """Run the searches that are not among `lines` yet; return all that are wanted."""
    text = lines.read_text() if lines.exists() else ""
    known = {(each.case, each.seed): each for each in map(read_search, text.splitlines())}
    found = []
    for case in wanted:
        for seed in range(seeds):
            if (case, seed) not in known:
                known[case, seed] = _search(case, seed, table, file)
                with lines.open("a") as out:
                    out.write(json.dumps(known[case, seed].as_dict()) + "\n")
            found.append(known[case, seed])
        print(f"{case.sampler}, {case.objectives} objectives, pruner {case.pruner or 'none'}: done", flush=True)
    return found


def _search(case: Case, seed: int, table: Table, file: Path) -> Search:
    with tempfile.TemporaryDirectory() as scratch:
        return search(case, seed, table.seeds[seed % len(table.seeds)], Path(scratch), file)


def result(figures: Figures, table: Table) -> dict[str, Any]:
    """Return everything that was measured, as plain data."""
    known = {name: value for name, value in table.made.items() if name != "space"}
    return {"table": known, "regret": asdict(figures.regrets), "fronts": [asdict(front) for front in figures.fronts]}


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare searches in the table of fractalbench.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the searches")
    parser.add_argument("--table", type=Path, default=FILE, help="the table")
    parser.add_argument("--seeds", type=int, default=20, help="searches of a kind")
    parser.add_argument("--trials", type=int, default=200, help="trials of a search")
    parser.add_argument("--result", type=Path, default=RESULT, help="where the figures go")
    parser.add_argument("--picture", type=Path, default=PICTURE, help="where the picture goes")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    table = load(options.table, with_test=True)
    found = run(cases(options.trials), options.seeds, table, options.table, options.out / LINES)
    figures = Figures(found, table)
    write_text(options.result, json.dumps(result(figures, table), indent=1) + "\n")
    write_text(options.picture, picture(figures.regrets))
    print(tables(figures))


if __name__ == "__main__":
    main()
