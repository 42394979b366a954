"""A run that is killed without warning goes on in another process as if nothing had happened."""

import signal
import subprocess
import sys

import pytest
from safetensors.torch import load_file

PROGRAM = """
import os, signal, sys
from pathlib import Path

import torch

from fractalgen import atomic
from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.training import FitOptions, fit, load_data

torch.set_num_threads(1)
out, recipe, how, when = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
spec = load_text('''
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: 2, unit: {conv_bn_relu: {out: 4, dropout: 0.2}}, end: max_pool}
      - global_avg_pool
      - linear: {out: 10}
drop_path: {rate: 0.2, global: 0.5, schedule: linear}
train: {epochs: 3, %s}
data: {source: digits}
''' % recipe)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def on_epoch(record):
    if how == "epoch" and record.epoch == when:
        die()


def replace(source, target, write=os.replace):
    # The new checkpoint is written beside the old one: half of it is there, or all of it.
    if how == "half":
        os.truncate(source, os.path.getsize(source) // 2)
    if how in ("half", "whole") and len(list(out.glob("checkpoint.pt"))) >= when - 1:
        die()
    write(source, target)
    counted.append(target)
    if how == "step" and len(counted) == when:
        die()


counted = []
atomic.os.replace = replace
network = compile_graph(expand(spec), spec.drop_path, spec.train.seed)
# Without end a checkpoint is written after every step.
every = 0.0 if how == "step" else 1e9
fit(network, spec.train, load_data(spec.data), FitOptions(out=out, on_epoch=on_epoch, checkpoint_seconds=every))
"""

RECIPES = {
    "plain": "augment: [shift]",
    "modern": "batch: 128, accumulate: 2, nesterov: true, ema: 0.9, channels_last: true, grad_clip: 1.0, "
    "schedule: {one_cycle: {warmup: 0.3}}, augment: [{mirror: {alternate: true}}, {crop: {padding: 1}}, mixup, cutmix]",
    "muon": "optimizer: muon, lr: 0.003, augment: [mixup]",
    "adamw": "optimizer: adamw, lr: 0.003, precision: bfloat16, schedule: cosine, augment: [cutout]",
}


def train(folder, recipe, how="never", when=0):
    command = [sys.executable, "-c", PROGRAM, str(folder), RECIPES[recipe], how, str(when)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def killed(folder, recipe, how, when):
    done = train(folder, recipe, how, when)
    assert done.returncode == -signal.SIGKILL, done.stderr


def check(whole, found):
    expected, found = (load_file(folder / "weights.safetensors") for folder in (whole, found))
    assert expected.keys() == found.keys()
    assert all(bool((expected[name] == found[name]).all()) for name in expected)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
def test_killing_a_run_changes_no_bit_of_its_weights(tmp_path, recipe):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    assert train(whole, recipe).returncode == 0
    killed(folder, recipe, "epoch", 1)
    killed(folder, recipe, "step", 5)
    killed(folder, recipe, "half", 2)
    assert not (folder / "weights.safetensors").exists()
    assert train(folder, recipe).returncode == 0
    check(whole, folder)
    assert sorted(file.name for file in folder.iterdir()) == ["checkpoint.pt", "weights.safetensors"]


@pytest.mark.slow
@pytest.mark.parametrize("how", ["half", "whole"])
def test_a_kill_while_the_first_checkpoint_is_written_leaves_a_fresh_start(tmp_path, how):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    assert train(whole, "plain").returncode == 0
    killed(folder, "plain", how, 1)
    assert not (folder / "checkpoint.pt").exists()
    assert len(list(folder.iterdir())) == 1
    assert train(folder, "plain").returncode == 0
    check(whole, folder)
    assert sorted(file.name for file in folder.iterdir()) == ["checkpoint.pt", "weights.safetensors"]
