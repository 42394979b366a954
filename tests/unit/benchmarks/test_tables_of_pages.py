"""Tables of figures in pages are those that the benchmarks make of their committed results."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAMES = ["drop_attention", "hyper_connections"]


def benchmark(name):
    found = importlib.util.spec_from_file_location(f"{name}_benchmark", ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(found)
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(ROOT / "benchmarks")
        found.loader.exec_module(module)
    return module


def runs(name):
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text())["runs"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_table_of_the_results(name):
    assert benchmark(name).table(runs(name)) in (ROOT / "docs" / "field" / f"{name}.md").read_text()


def test_every_trained_manifold_of_48_layers_has_a_gain_below_1_6():
    gains = [run["gain"] for run in runs("hyper_connections") if run["variant"] == "manifold"]
    assert gains
    assert all(len(rows) == 48 for rows in gains)
    assert max(row[way] for rows in gains for row in rows for way in ("forward", "backward")) < 1.6
