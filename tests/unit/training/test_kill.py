"""A run that is killed without warning goes on in another process as if nothing had happened."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

RECIPES = {
    "plain": "augment: [shift]",
    "modern": "batch: 128, accumulate: 2, nesterov: true, ema: 0.9, channels_last: true, grad_clip: 1.0, "
    "schedule: {one_cycle: {warmup: 0.3}}, augment: [{mirror: {alternate: true}}, {crop: {padding: 1}}, mixup, cutmix]",
    "muon": "optimizer: muon, lr: 0.003, augment: [mixup]",
    "adamw": "optimizer: adamw, lr: 0.003, precision: bfloat16, schedule: cosine, augment: [cutout]",
}


@pytest.fixture(scope="module")
def program():
    command = [sys.executable, str(Path(__file__).parent / "killed_fit.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.fixture
def train(program):
    """Train in a process of its own; gives how it ended."""

    def run(folder, recipe, how="never", when=0):
        order = {"folder": str(folder), "recipe": RECIPES[recipe], "how": how, "when": when}
        program.stdin.write(json.dumps(order) + "\n")
        program.stdin.flush()
        return int(program.stdout.readline())

    return run


def check(whole, found):
    expected, found = (load_file(folder / "weights.safetensors") for folder in (whole, found))
    assert expected.keys() == found.keys()
    assert all(bool((expected[name] == found[name]).all()) for name in expected)


@pytest.mark.parametrize("recipe", RECIPES)
def test_killing_a_run_changes_no_bit_of_its_weights(tmp_path, train, recipe):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    assert train(whole, recipe) == 0
    assert train(folder, recipe, "epoch", 1) == -signal.SIGKILL
    assert train(folder, recipe, "step", 5) == -signal.SIGKILL
    assert train(folder, recipe, "half", 2) == -signal.SIGKILL
    assert not (folder / "weights.safetensors").exists()
    assert train(folder, recipe) == 0
    check(whole, folder)
    assert sorted(file.name for file in folder.iterdir()) == ["checkpoint.pt", "weights.safetensors"]


@pytest.mark.parametrize("how", ["half", "whole"])
def test_a_kill_while_the_first_checkpoint_is_written_leaves_a_fresh_start(tmp_path, train, how):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    assert train(whole, "plain") == 0
    assert train(folder, "plain", how, 1) == -signal.SIGKILL
    assert not (folder / "checkpoint.pt").exists()
    assert len(list(folder.iterdir())) == 1
    assert train(folder, "plain") == 0
    check(whole, folder)
    assert sorted(file.name for file in folder.iterdir()) == ["checkpoint.pt", "weights.safetensors"]
