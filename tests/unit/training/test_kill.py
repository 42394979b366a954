"""A run that is killed without warning goes on in another process as if nothing had happened."""

import signal
import subprocess
import sys

from safetensors.torch import load_file

PROGRAM = """
import os, signal, sys
from pathlib import Path

import torch

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.training import FitOptions, fit, load_data

torch.set_num_threads(1)
spec = load_text('''
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: 2, unit: {conv_bn_relu: {out: 4, dropout: 0.2}}, end: max_pool}
      - global_avg_pool
      - linear: {out: 10}
drop_path: {rate: 0.2, global: 0.5}
train: {epochs: 3, augment: [shift]}
data: {source: digits}
''')
fatal = int(sys.argv[2])


def on_epoch(record):
    if record.epoch == fatal:
        os.kill(os.getpid(), signal.SIGKILL)


network = compile_graph(expand(spec), spec.drop_path, spec.train.seed)
fit(network, spec.train, load_data(spec.data), FitOptions(out=Path(sys.argv[1]), on_epoch=on_epoch))
"""


def train(folder, fatal_epoch=0):
    command = [sys.executable, "-c", PROGRAM, str(folder), str(fatal_epoch)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_killing_a_run_twice_changes_no_bit_of_its_weights(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert train(whole).returncode == 0
    for epoch in (1, 2):
        assert train(killed, epoch).returncode == -signal.SIGKILL
    assert not (killed / "weights.safetensors").exists()
    assert train(killed).returncode == 0
    expected, found = (load_file(folder / "weights.safetensors") for folder in (whole, killed))
    assert expected.keys() == found.keys()
    assert all(bool((expected[name] == found[name]).all()) for name in expected)
    assert sorted(file.name for file in killed.iterdir()) == ["checkpoint.pt", "weights.safetensors"]
