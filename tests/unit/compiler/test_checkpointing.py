"""Activation checkpointing changes memory and nothing else."""

import copy

import pytest
import torch

from fractalgen.errors import CompileError

from .conftest import MODES


def step(network, x):
    network.zero_grad()
    torch.manual_seed(3)
    loss = network(x).square().sum()
    loss.backward()
    return loss.detach(), {name: p.grad for name, p in network.named_parameters()}


@pytest.mark.parametrize("by", ["block", "column"])
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


def kept_bytes(network, x):
    """What autograd keeps for the backward pass, parameters left out."""
    kept = {}
    weights = {p.untyped_storage().data_ptr() for p in network.parameters()}

    def pack(tensor):
        if tensor.untyped_storage().data_ptr() not in weights:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        value = network(x)
    return sum(kept.values()), value


@pytest.mark.parametrize("by", ["block", "column"])
def test_less_is_kept_for_the_backward_pass(make_net, by):
    network = make_net(rate=0.0, **{"global": 0.0}).train()
    x = torch.randn(6, 3, 8, 8)
    plain, _ = kept_bytes(network, x)
    network.checkpointing = by
    assert kept_bytes(network, x)[0] < 0.7 * plain


def test_dropout_is_the_same_when_computed_again(make_net):
    network = make_net(unit="conv_drop").train()
    x = torch.randn(6, 3, 8, 8)
    twin = copy.deepcopy(network)
    twin.checkpointing = "block"
    _, gradients = step(network, x)
    _, others = step(twin, x)
    assert all(g is None or torch.allclose(g, others[name]) for name, g in gradients.items())


def test_another_way_is_refused(make_net):
    network = make_net().train()
    network.checkpointing = "blocks"
    with pytest.raises(CompileError, match="checkpointing must be one of none, block, column, found 'blocks'"):
        network(torch.zeros(2, 3, 8, 8))


def test_evaluation_computes_nothing_again(make_net):
    network = make_net().eval()
    network.checkpointing = "block"
    calls = []
    network.linear.register_forward_hook(lambda *_: calls.append(1))
    with torch.no_grad():
        network(torch.randn(2, 3, 8, 8))
    assert calls == [1]
