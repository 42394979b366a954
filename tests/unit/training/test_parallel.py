"""Several processes that `torchrun` starts train as one does."""

import json
import os
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from fractalgen.errors import TrainError
from fractalgen.training import parallel

SPEC = """
name: two
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {{columns: 2, unit: {{{unit}}}, end: max_pool}}
      - global_avg_pool
      - linear: {{out: 10}}
drop_path: {{{drop_path}}}
train: {{epochs: 2, lr: 0.1, {train}}}
data: {{source: digits}}
"""
CASES = {
    "one pattern a batch": (
        "conv_bn_relu: {out: 4}",
        "rate: 0.3, global: 0.5",
        "batch: 64, grad_clip: 1.0, ema: 0.9, augment: [{crop: {padding: 1}}, mixup]",
    ),
    "a pattern a sample, in parts": (
        "conv: {out: 4}",
        "rate: 0.3, global: 0.5, per: sample",
        "batch: 64, accumulate: 2, augment: [mirror, cutout]",
    ),
}


def train(spec, out, processes):
    start = [sys.executable]
    if processes > 1:
        start += ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command = [*start, "-m", "fractalgen", "train", str(spec), "--out", str(out), "--json"]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_two_processes_train_as_one_with_the_same_batch(tmp_path, case):
    unit, drop_path, recipe = CASES[case]
    spec = tmp_path / "two.yaml"
    spec.write_text(SPEC.format(unit=unit, drop_path=drop_path, train=recipe))
    one, two = tmp_path / "one", tmp_path / "two"
    train(spec, one, 1)
    done = train(spec, two, 2)
    expected, found = (load_file(folder / "weights.safetensors") for folder in (one, two))
    assert max(float((expected[name] - found[name]).abs().max()) for name in expected) < 1e-6
    a, b = (json.loads((folder / "metrics.json").read_text()) for folder in (one, two))
    assert [e["train_loss"] for e in a["epochs"]] == pytest.approx([e["train_loss"] for e in b["epochs"]], abs=1e-5)
    assert a["test_accuracy"] == b["test_accuracy"]
    assert json.loads(done.stdout)["test_accuracy"] == b["test_accuracy"]
    assert done.stderr.count("epoch 2  train loss") == 1
    assert sorted(file.name for file in two.iterdir()) == sorted(file.name for file in one.iterdir())


def test_a_batch_that_cannot_be_split_is_refused(monkeypatch):
    monkeypatch.setattr(parallel, "size", lambda: 3)
    with pytest.raises(TrainError, match="a batch of 64 cannot be split between 3 processes. Set a batch that is"):
        parallel.own_rows(64)
    assert parallel.own_rows(66) == slice(0, 22)


def started(monkeypatch, **environment):
    for name, value in {**environment, "MASTER_ADDR": "localhost"}.items():
        monkeypatch.setenv(name, value)


def test_more_processes_than_gpus_are_refused(monkeypatch):
    started(monkeypatch, WORLD_SIZE="3", RANK="2", LOCAL_RANK="2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with (
        pytest.raises(TrainError, match="process 3 of this machine has no GPU, there are 2. Start at most 2"),
        parallel.processes("auto"),
    ):
        pass


@pytest.mark.parametrize(("world", "rank", "first"), [("1", "0", True), ("2", "0", True), ("2", "1", False)])
def test_the_first_process_is_known_before_they_meet(monkeypatch, world, rank, first):
    started(monkeypatch, WORLD_SIZE=world, RANK=rank, LOCAL_RANK=rank)
    assert parallel.is_first() is first


def test_a_batch_system_that_counts_its_tasks_is_not_torchrun(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "4")
    with parallel.processes("cpu"):
        assert parallel.size() == 1
    assert parallel.is_first()
