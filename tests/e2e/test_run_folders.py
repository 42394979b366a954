"""Runs do not spoil each other's folders."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

PROGRAM = str(Path(sys.executable).parent / "fractalgen")
NET = "network: {input: [1, 8, 8], body: {sequence: [{conv: {out: OUT}}, global_avg_pool, {linear: {out: 10}}]}}\n"
MORE = "data: {source: digits}\ntrain: {epochs: 1}\n"


def run(folder, *arguments):
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    (folder / "net.yaml").write_text(NET.replace("OUT", "4") + MORE)
    (folder / "space.yaml").write_text(NET.replace("OUT", "{choice: [2, 3]}") + MORE)
    for arguments in (["train", "net.yaml", "--out", "T"], ["search", "space.yaml", "--trials", "2", "--out", "S"]):
        done = run(folder, *arguments)
        assert done.returncode == 0, done.stderr
    return folder


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search", "space.yaml", "--out", "T"], "T' holds a training run. Give another --out."),
        (["train", "net.yaml", "--out", "S"], "S' holds a search. Give another folder."),
        (["export", "T", "-o", "T/weights.safetensors"], "'T/weights.safetensors' belongs to the run"),
        (["export", "S", "-o", "S/best/spec.yaml"], "'S/best/spec.yaml' belongs to the run"),
    ],
)
def test_a_folder_of_another_run_is_refused_and_stays_as_it_is(runs, arguments, message):
    before = contents(runs)
    done = run(runs, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert {path: data for path, data in contents(runs).items() if path.name != ".driver"} == {
        path: data for path, data in before.items() if path.name != ".driver"
    }


@pytest.mark.slow
def test_both_kinds_of_run_evaluate_export_and_report(runs):
    for folder in ("T", "S"):
        for arguments in (["evaluate", folder], ["report", folder], ["export", folder, "-o", f"{folder}.py"]):
            done = run(runs, *arguments)
            assert done.returncode == 0, done.stderr
        source = subprocess.run([sys.executable, f"{folder}.py"], cwd=runs, capture_output=True, text=True, check=False)
        assert source.returncode == 0, source.stderr


@pytest.mark.slow
def test_a_trial_whose_checkpoint_is_damaged_is_trained_again(runs):
    """A study that lost its row of a trial, with half a checkpoint left: the trial starts over."""
    folder = runs / "again"
    (folder / "trials" / "0").mkdir(parents=True)
    (folder / "trials" / "0" / "checkpoint.pt").write_bytes(b"half")
    done = run(runs, "search", "space.yaml", "--trials", "1", "--out", "again", "--json")
    assert done.returncode == 0, done.stderr
    assert '"state": "complete"' in done.stdout


@pytest.mark.slow
def test_the_source_in_best_gives_the_same_logits_as_the_network(runs):
    from fractalgen.compiler.saved import load_saved

    best = runs / "S" / "best"
    assert {"spec.yaml", "weights.safetensors", "network.py", "best.svg"} <= {path.name for path in best.iterdir()}
    names = {"__name__": "exported"}
    exec((best / "network.py").read_text(), names)  # noqa: S102 - the file that the search wrote
    exported = names["Network"]().eval()
    names["load_weights"](exported, str(best / "weights.safetensors"))
    x = torch.randn(4, 1, 8, 8)
    assert torch.equal(exported(x), load_saved(runs / "S")[1](x))
