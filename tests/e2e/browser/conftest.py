"""A headless Chromium, and reports to open in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fractalgen.report import write_report

NASTY = "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)> \" ' & 網絡 \u2028 " + "long" * 120
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SPEC = """
name: NAME
network:
  input: [1, 8, 8]
  body: {sequence: [{fractal: {columns: COLUMNS, unit: {conv_bn_relu: {out: WIDTH}}}}, global_avg_pool]}
"""
LONGEST = 60_000
"""Milliseconds after which what should appear has not, also on a machine that is busy."""


@dataclass
class Opened:
    """A page in a browser, and what it did that no report may do."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return a browser; without one, its tests are skipped."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"no browser is installed: none of {', '.join(BROWSERS)}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Opened]]:
    """Return a function that opens a file: path, colour scheme."""
    pages = []

    def open_file(file: Path, scheme: str = "light") -> Opened:
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
        page.set_default_timeout(LONGEST)
        pages.append(page)
        found = Opened(page)
        page.on("console", lambda message: found.errors.append(message.text))
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on("dialog", lambda dialog: found.errors.append(dialog.message))
        page.on("request", lambda request: found.requests.append(request.url))
        page.goto(file.as_uri())
        return found

    yield open_file
    for page in pages:
        page.close()


def trial(number: int, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "state": "complete",
        "params": {"network.body.columns": number % 4 + 1, "network.body.join": "mean" if number % 2 else "sum"},
        "values": {"val_accuracy": 0.5 + number / 40, "parameters": 1000.0 * (number + 1) ** 2},
        "fingerprint": f"{number:064x}",
        "source": number,
        "seconds": 1.0,
        "started": 100.0 + number,
        "finished": 101.5 + number,
        **more,
    }


def search_folder(folder: Path, name: str, nasty: bool = False) -> Path:
    """Write the folder of a search of twelve trials, one from the cache, one pruned."""
    trials = [trial(number) for number in range(12)]
    trials[5] = trial(5, cached=True, source=4, fingerprint=trials[4]["fingerprint"], values=trials[4]["values"])
    trials[6] = trial(6, state="pruned", values={}, reason=name if nasty else "the loss became nan")
    metric = name if nasty else "val_accuracy"
    for each in trials:
        text = SPEC.replace("COLUMNS", str(each["number"] % 4 + 1)).replace("WIDTH", str(each["number"] + 1))
        file = folder / "trials" / str(each["number"]) / "spec.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(text.replace("NAME", json.dumps(name)), encoding="utf-8")
        if each["values"]:
            each["values"] = {metric: each["values"]["val_accuracy"], "parameters": each["values"]["parameters"]}
        if nasty:
            each["params"][name] = name
            each["guards"] = {"problems": [name]}
    goals = [{"metric": metric, "direction": "maximize"}, {"metric": "parameters", "direction": "minimize"}]
    board = {"name": name, "objectives": goals, "target": 12, "trials": trials, "best": {"test_accuracy": 0.8}}
    (folder / "leaderboard.json").write_text(json.dumps(board))
    shutil.copytree(folder / "trials" / "11", folder / "best")
    for file in ("spec.yaml", "lock.json"):
        (folder / file).write_text(name, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a search."""
    return write_report(search_folder(tmp_path_factory.mktemp("search"), "twelve"))


@pytest.fixture(scope="session")
def nasty_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a search whose every text is hostile."""
    return write_report(search_folder(tmp_path_factory.mktemp("nasty"), NASTY, nasty=True))
