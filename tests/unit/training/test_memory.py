"""Memory that is full: what a step needs, what there is, and what would fit."""

import pickle
import re
import weakref

import pytest
import torch
from torch import nn

from fractalgen.compiler import compile_graph
from fractalgen.errors import OutOfMemoryError, TrainError
from fractalgen.passes import expand
from fractalgen.passes.memory import training_memory
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.spec.train import Train
from fractalgen.training import FitOptions, fit, load_data, memory
from fractalgen.training.memory import GIB, is_full, out_of_memory

CPU = torch.device("cpu")
SPEC = "network: {input: [1, 8, 8], body: {sequence: [{conv: {out: 8}}, global_avg_pool, {linear: {out: 10}}]}}"
CUDA = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
ALLOCATOR = RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried")


def net():
    return compile_graph(expand(load_text(SPEC)))


def told(recipe, there, monkeypatch, network=None):
    monkeypatch.setattr(memory, "_memory", lambda device: there)
    return str(out_of_memory(network or net(), recipe, CPU))


@pytest.mark.parametrize("error", [CUDA, ALLOCATOR, MemoryError()])
def test_a_step_that_does_not_fit_says_so_and_keeps_the_checkpoint(error, tmp_path, monkeypatch):
    data = load_data(Data(source="digits"))

    class Full(nn.Linear):
        steps = 0

        def forward(self, x):
            if self.training and torch.is_grad_enabled():
                self.steps += 1
                if self.steps > 30:
                    raise error
            return super().forward(x.flatten(1))

    with pytest.raises(OutOfMemoryError, match="is full at a batch of 64. A batch of 32 would fit, and accumulate: 2"):
        fit(Full(64, 10), Train(epochs=3, lr=0.01), data, FitOptions(out=tmp_path))
    Full.steps = -1000
    assert [
        record.epoch for record in fit(Full(64, 10), Train(epochs=3, lr=0.01), data, FitOptions(out=tmp_path)).epochs
    ] == [1, 2, 3]


def test_the_memory_of_a_failed_step_is_given_back():
    data = load_data(Data(source="digits"))
    held = []

    class Greedy(nn.Linear):
        def forward(self, x):
            if self.training and torch.is_grad_enabled():
                big = torch.zeros(1000)
                held.append(weakref.ref(big))
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().forward(x.flatten(1))

    with pytest.raises(OutOfMemoryError) as caught:
        fit(Greedy(64, 10), Train(epochs=1), data)
    assert caught.value.__context__ is None
    assert held[0]() is None


def test_other_errors_pass():
    assert not is_full(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_full(ValueError("not enough memory"))


def test_the_figures_are_those_of_the_graph(monkeypatch):
    network = net()
    image = training_memory(network.graph, 0)
    text = told(Train(batch=1_000_000), int(image * 1e6 / 4), monkeypatch, network)
    needed, there = map(float, re.search(r"needs about ([\d.]+) GiB where there are ([\d.]+)\.", text).groups())
    assert needed == pytest.approx(1e6 * image / GIB, abs=0.06)
    assert there == pytest.approx(1e6 * image / 4 / GIB, abs=0.06)
    fits = int(re.search(r"A batch of (\d+) would fit", text)[1])
    assert fits == pytest.approx(0.9 * 250_000, rel=0.01)
    assert fits % 8 == 0
    assert "accumulate: 5 keeps 1000000" in text


def test_what_has_just_failed_does_not_fit_whatever_the_estimate_says(monkeypatch):
    assert "A batch of 64 would fit, and accumulate: 2 keeps 128" in told(Train(batch=128), 2**60, monkeypatch)


def test_parts_of_a_batch_count_alone(monkeypatch):
    text = told(Train(batch=128, accumulate=4), 2**60, monkeypatch)
    assert "A batch of 64 would fit, and accumulate: 8 keeps 128" in text


def test_bfloat16_needs_half(monkeypatch):
    needed = [
        float(re.search(r"needs about ([\d.]+)", told(Train(batch=10**6, precision=name), 2**30, monkeypatch))[1])
        for name in ("float32", "bfloat16")
    ]
    assert needed[0] == pytest.approx(2 * needed[1], abs=0.1)


def test_where_nothing_fits_there_is_still_something_to_do(monkeypatch):
    assert told(Train(batch=4), 100, monkeypatch).endswith("Set checkpointing: block, or take a smaller network.")


def test_the_error_is_a_training_error_and_travels():
    error = OutOfMemoryError("full", "Halve it.")
    assert isinstance(error, TrainError)
    assert isinstance(error, MemoryError)
    assert str(pickle.loads(pickle.dumps(error))) == "full. Halve it."  # noqa: S301
    assert error.exit_code == 1
