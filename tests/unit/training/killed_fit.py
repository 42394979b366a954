"""Trains a small network again and again, each time in a process of its own that may be killed at a given moment.

    python killed_fit.py

Each line on stdin is one training as JSON: folder, recipe, how, when. How it ended is printed: 0, or minus the signal.
The processes are forks of this one, so that what takes seconds to import is imported once.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

import torch

from fractalgen import atomic
from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.training import FitOptions, fit, load_data

SPEC = """
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
"""


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def killing_replace(out, how, when, write):
    """Return what renames files and kills: `half` and `whole` before, `step` after the `when`-th time."""
    counted = []

    def replace(source, target):
        # The new checkpoint is written beside the old one: half of it is there, or all of it.
        if how == "half":
            os.truncate(source, os.path.getsize(source) // 2)
        if how in ("half", "whole") and len(list(out.glob("checkpoint.pt"))) >= when - 1:
            die()
        write(source, target)
        counted.append(target)
        if how == "step" and len(counted) == when:
            die()

    return replace


def train(folder, recipe, how, when):
    """Train; die at the end of epoch `when`, or as `killing_replace` says."""
    out, spec = Path(folder), load_text(SPEC % recipe)
    atomic.os.replace = killing_replace(out, how, when, os.replace)

    def on_epoch(record):
        if how == "epoch" and record.epoch == when:
            die()

    network = compile_graph(expand(spec), spec.drop_path, spec.train.seed)
    # Without end a checkpoint is written after every step.
    every = 0.0 if how == "step" else 1e9
    fit(network, spec.train, load_data(spec.data), FitOptions(out=out, on_epoch=on_epoch, checkpoint_seconds=every))


def child(order):
    status = 1
    try:
        train(**order)
        status = 0
    except BaseException:  # noqa: BLE001 - what a program prints at its end
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def import_everything():
    """Import what a training imports late: the data, and torch's compiler, which every optimizer asks for."""
    load_data(load_text(SPEC % "").data)
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    import_everything()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()
