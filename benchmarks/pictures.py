"""How long pictures and reports take, and how long a browser needs to open a report; the best of a few rounds.

    python benchmarks/pictures.py [--rounds N]

Writes benchmarks/results/pictures.json and prints the table of benchmarks/README.md. Networks are drawn without torch.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fractalgen.passes import expand, facts
from fractalgen.spec import load
from fractalgen.visualize import draw

ROOT = Path(__file__).parents[1]
SPACES = ROOT / "search_spaces"
COLUMNS = "network.body.sequence[0].foreach.body.fractal.columns"
NETWORKS = {"20 layers": 3, "160 layers": 6, "20,475 convolutions": 12}
TRIALS = 1_000
SLOTS = 4


def fastest(run: Callable[[], object], rounds: int) -> dict[str, float]:
    """Seconds by the clock, and seconds of this process alone, which other work on the machine does not change."""
    times, own = [], []
    for _ in range(rounds):
        began, began_own = time.perf_counter(), time.process_time()
        run()
        times.append(time.perf_counter() - began)
        own.append(time.process_time() - began_own)
    return {"seconds": min(times), "own_seconds": min(own)}


def pictures(folder: Path, rounds: int) -> list[dict[str, object]]:
    """From the file of a network to the file of its picture."""
    rows = []
    for name, columns in NETWORKS.items():
        target = folder / f"{columns}.svg"

        def picture(columns: int = columns, target: Path = target) -> None:
            draw(expand(load(SPACES / "cifar10" / "fractalnet20.yaml", [f"{COLUMNS}={columns}"])), target)

        rows.append({"what": f"picture, {name}", **fastest(picture, rounds), "bytes": target.stat().st_size})
    assert "torch" not in sys.modules
    return rows


def search_run(folder: Path) -> None:
    """Write the folder of a search as if its trials had run: a score that grows with the size, and some noise."""
    from fractalgen.search import Leaderboard, Row
    from fractalgen.search.candidate import draw_point

    spec = load(SPACES / "digits.yaml")
    dice, seen, rows, free = random.Random(0), {}, [], [1.8e9] * SLOTS  # noqa: S311 - no secret
    for number in range(TRIALS):
        point = draw_point(spec.space, dice)
        filled = spec.fill(point)
        known = facts(expand(filled))
        source = seen.setdefault(known.fingerprint, number)
        slot = free.index(min(free))
        began, seconds = free[slot], 0.0
        if source == number:
            seconds = 3 + known.macs / 1e6 + dice.random()
            (folder / "trials" / str(number)).mkdir(parents=True)
            (folder / "trials" / str(number) / "spec.yaml").write_text(filled.to_yaml())
        free[slot] += seconds
        pruned = dice.random() < 0.1 if source == number else rows[source].state == "pruned"
        accuracy = 0.95 - 0.1 * math.exp(-known.parameters / 3e4) + dice.gauss(0, 0.01)
        scores = {"val_accuracy": accuracy, "parameters": float(known.parameters)}
        rows.append(
            Row(
                number=number,
                state="pruned" if pruned else "complete",
                params=spec.space.labels(point),
                values={} if pruned else scores if source == number else rows[source].values,
                fingerprint=known.fingerprint,
                cached=source != number,
                source=source,
                seconds=seconds,
                started=began,
                finished=began + seconds,
                reason="the loss became nan" if pruned else "",
            )
        )
    board = Leaderboard(spec.name, spec.search.objectives, TRIALS, tuple(rows), 0.97)
    (folder / "leaderboard.json").write_text(json.dumps(board.to_json()))
    (folder / "spec.yaml").write_text(spec.to_yaml())


def opening(report: Path, rounds: int) -> dict[str, float | None]:
    """Seconds from the call until the first plot is drawn; none without a browser."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        return {"seconds": None, "own_seconds": None}
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])

        found, own = [], []
        for _ in range(rounds):
            page = browser.new_page()
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            began = time.perf_counter()
            page.goto(report.as_uri())
            page.locator("#chart-front .main-svg").first.wait_for()
            found.append(time.perf_counter() - began)
            figures = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
            own.append(figures["TaskDuration"])
            page.close()
        browser.close()
    return {"seconds": min(found), "own_seconds": min(own)}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "pictures.json")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = [*pictures(Path(name), given.rounds), *reports(Path(name), given.rounds)]
    given.out.write_text(json.dumps(rows, indent=1) + "\n")
    print("| what | s | s of its own | KiB |\n| --- | --- | --- | --- |")
    for row in rows:
        times = ["" if row[key] is None else f"{row[key]:.2f}" for key in ("seconds", "own_seconds")]
        size = "" if row["bytes"] is None else f"{row['bytes'] / 1024:,.0f}"
        print(f"| {row['what']} | {' | '.join(times)} | {size} |")


def reports(folder: Path, rounds: int) -> list[dict[str, object]]:
    """From a run folder to its report, and from the report to a plot in a browser."""
    from fractalgen.report import write_report

    search_run(folder)
    made = fastest(lambda: write_report(folder), 1)  # a second round would find its pictures in memory
    report = folder / "report.html"
    return [
        {"what": f"report, {TRIALS:,} trials", **made, "bytes": report.stat().st_size},
        {"what": f"opening it, {TRIALS:,} trials", **opening(report, rounds), "bytes": None},
    ]


if __name__ == "__main__":
    main()
