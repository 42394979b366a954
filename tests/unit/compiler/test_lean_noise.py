"""Dropout that keeps less for the backward pass, against the plain one."""

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.execute import execute
from fractalgen.compiler.lean_noise import NoiseStep, with_lean_noise
from fractalgen.compiler.schedule import plan
from fractalgen.passes import expand
from fractalgen.spec import load_text

from .conftest import parts_of

UNITS = {
    "dropout after relu": "[{conv: {out: 4}}, batch_norm, relu, {dropout: {rate: 0.3}}]",
    "dropout before the norm": "[{conv: {out: 4}}, {dropout: {rate: 0.3}}, batch_norm, relu]",
    "relu read twice": "[{conv: {out: 4}}, relu, {join: {mode: mean, branches: [{dropout: {rate: 0.3}}, identity]}}]",
    "input of relu read later": "[{conv: {out: 4}}, {tap: {name: t, of: {conv: {out: 4}}}}, relu, {dropout: {rate: 0.3}},"
    " {join: {mode: sum, branches: [identity, {from: t}]}}]",
}


def net(unit):
    rule = f"rules: {{unit: {{body: {{sequence: {UNITS[unit]}}}}}}}"
    body = "network: {input: [3, 6, 6], body: {fractal: {columns: 2, unit: unit}}}"
    return compile_graph(expand(load_text(f"{rule}\n{body}"))).train()


def run(network, what, x):
    network.zero_grad()
    torch.manual_seed(4)
    value = execute(network.graph, parts_of(network), what, (x,))
    value.square().sum().backward()
    return value.detach(), [p.grad.clone() for p in network.parameters()]


@pytest.mark.parametrize("unit", UNITS)
def test_outputs_and_gradients_are_those_of_torch_to_the_last_bit(unit):
    network, x = net(unit), torch.randn(5, 3, 6, 6)
    plain = plan(network.graph, {})
    lean = with_lean_noise(network.graph, plain)
    assert any(isinstance(step, NoiseStep) for step in lean.steps)
    for (mine, gradients), (theirs, others) in [(run(network, lean, x), run(network, plain, x))]:
        assert torch.equal(mine, theirs)
        for gradient, other in zip(gradients, others, strict=True):
            assert torch.equal(gradient, other)


def kept(network, what, x):
    stored = {}

    def pack(tensor):
        stored[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        value = execute(network.graph, parts_of(network), what, (x,))
    return sum(stored.values()), value


@pytest.mark.parametrize(("unit", "share"), [("dropout after relu", 0.65), ("dropout before the norm", 0.85)])
def test_less_is_kept(unit, share):
    network, x = net(unit), torch.randn(50, 3, 6, 6)
    plain = plan(network.graph, {})
    lean, _first = kept(network, with_lean_noise(network.graph, plain), x)
    full, _second = kept(network, plain, x)
    assert lean < share * full


def test_evaluation_and_relus_that_others_read_stay_plain():
    network, x = net("relu read twice"), torch.randn(5, 3, 6, 6)
    plain = plan(network.graph, {})
    lean = with_lean_noise(network.graph, plain)
    assert len(lean.steps) == len(plain.steps)
    network.eval()
    assert torch.equal(run(network, lean, x)[0], run(network, plain, x)[0])


def test_a_network_without_dropout_keeps_its_plan(make_net):
    network = make_net()
    what = plan(network.graph, {})
    assert with_lean_noise(network.graph, what) is what
