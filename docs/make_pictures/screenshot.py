"""The picture of a report: a search is run, and its report is opened in a browser."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from fractalgen.report import finish_search
from fractalgen.search import SearchOptions, run_search
from fractalgen.spec import load

ROOT = Path(__file__).parents[2]
TRIALS = 16
WIDTH, HEIGHT = 1280, 860


def take(target: Path) -> None:
    """Search the digits for a few trials of two epochs, and write the picture of the report."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.stderr.write(f"no browser is installed: {target} stays as it is\n")
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "digits"
        run_search(load(ROOT / "search_spaces" / "digits.yaml", ["train.epochs=2"]), out, SearchOptions(trials=TRIALS))
        report = finish_search(out)[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto(report.as_uri())
            mark = page.locator("#chart-front .scatterlayer .trace").last.locator(".points path").first
            mark.wait_for()
            box = mark.bounding_box()
            page.mouse.move(box["x"] - 4, box["y"] + box["height"] / 2)
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
            page.locator("#card svg").wait_for()
            page.wait_for_timeout(500)
            page.screenshot(path=target)
            browser.close()
