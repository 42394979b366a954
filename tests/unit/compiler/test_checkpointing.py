"""Activation checkpointing changes memory and nothing else."""

import copy
import weakref

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

from fractalgen.compiler import compile_graph
from fractalgen.errors import CompileError
from fractalgen.passes import expand
from fractalgen.spec import load_text

from .conftest import MODES


def step(network, x):
    network.zero_grad()
    torch.manual_seed(3)
    loss = network(x).square().sum()
    loss.backward()
    return loss.detach(), {name: p.grad for name, p in network.named_parameters()}


@pytest.mark.parametrize("by", ["norm", "block", "column"])
@pytest.mark.parametrize("per", ["batch", "sample"])
@pytest.mark.parametrize("join", MODES)
def test_outputs_gradients_and_statistics_stay_the_same(make_net, join, per, by):
    network = make_net(join, per=per, unit="conv_bn_relu").double().train()
    twin = copy.deepcopy(network)
    twin.checkpointing = by
    x = torch.randn(6, 3, 8, 8, dtype=torch.float64)
    for _ in range(3):
        loss, gradients = step(network, x)
        other, others = step(twin, x)
        assert network.mode == twin.mode
        torch.testing.assert_close(loss, other, rtol=0, atol=0)
        for name, gradient in gradients.items():
            assert (gradient is None) == (others[name] is None), name
            if gradient is not None:
                torch.testing.assert_close(gradient, others[name], rtol=0, atol=1e-12)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, twin.state_dict()[name]), name


class Live(TorchDispatchMode):
    """Bytes of tensors that were made inside and still are there."""

    def __init__(self):
        super().__init__()
        self.sizes = {}

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        tree_map_only(torch.Tensor, self.see, result)
        return result

    def see(self, tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self.sizes:
            self.sizes[storage.data_ptr()] = storage.nbytes()
            weakref.finalize(storage, self.sizes.pop, storage.data_ptr(), None)


def kept_bytes(network, x):
    """What stays after a forward pass for the backward pass."""
    with Live() as live:
        value = network(x)
    assert value.requires_grad
    return sum(live.sizes.values())


@pytest.mark.parametrize("by", ["norm", "block", "column"])
def test_less_is_kept_for_the_backward_pass(make_net, by):
    network = make_net(rate=0.0, **{"global": 0.0}).train()
    x = torch.randn(50, 3, 8, 8)
    plain = kept_bytes(network, x)
    network.checkpointing = by
    assert kept_bytes(network, x) < 0.75 * plain


@pytest.mark.parametrize("activation", ["relu", "gelu", "silu", "mish"])
def test_what_is_made_of_a_norm_is_made_again_to_the_last_bit(activation):
    unit = f"{{sequence: [{{conv: {{out: 4}}}}, batch_norm, {activation}, {{conv: {{out: 4}}}}, batch_norm]}}"
    body = f"{{fractal: {{columns: 2, unit: {unit}, end: max_pool}}}}"
    network = compile_graph(expand(load_text(f"network: {{input: [3, 8, 8], body: {body}}}"))).train()
    twin = copy.deepcopy(network)
    twin.checkpointing = "norm"
    x = torch.randn(8, 3, 8, 8)
    (loss, gradients), (other, others) = step(network, x), step(twin, x)
    assert torch.equal(loss, other)
    assert all(torch.equal(gradient, others[name]) for name, gradient in gradients.items())
    assert kept_bytes(twin, x) < kept_bytes(network, x)


def test_norms_that_do_not_train_are_left_alone(make_net):
    network = make_net(rate=0.0, **{"global": 0.0}).train()
    network.fractal.conv_bn_relu.batch_norm.eval()
    twin = copy.deepcopy(network)
    twin.checkpointing = "norm"
    x = torch.randn(6, 3, 8, 8)
    (_, gradients), (_, others) = step(network, x), step(twin, x)
    assert all(torch.equal(gradient, others[name]) for name, gradient in gradients.items())


@pytest.mark.parametrize("by", ["norm", "block", "column"])
def test_dropout_is_the_same_when_computed_again(make_net, by):
    network = make_net(unit="conv_drop").train()
    x = torch.randn(6, 3, 8, 8)
    twin = copy.deepcopy(network)
    twin.checkpointing = by
    _, gradients = step(network, x)
    _, others = step(twin, x)
    assert all(g is None or torch.allclose(g, others[name]) for name, g in gradients.items())


def test_another_way_is_refused(make_net):
    network = make_net().train()
    network.checkpointing = "blocks"
    with pytest.raises(CompileError, match="checkpointing must be one of none, norm, block, column, found 'blocks'"):
        network(torch.zeros(2, 3, 8, 8))


def test_evaluation_computes_nothing_again(make_net):
    network = make_net().eval()
    network.checkpointing = "block"
    calls = []
    network.linear.register_forward_hook(lambda *_: calls.append(1))
    with torch.no_grad():
        network(torch.randn(2, 3, 8, 8))
    assert calls == [1]
