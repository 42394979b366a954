import math

import numpy as np
import pytest
import torch
from torch import nn

from fractalgen.spec.schedule import Schedule
from fractalgen.spec.train import Train
from fractalgen.training.initialise import initialise
from fractalgen.training.optimizers import OPTIMIZERS, parameter_groups
from fractalgen.training.optimizers.muon import orthogonalised
from fractalgen.training.schedules import SCHEDULES


def rates(word, steps, epochs):
    chosen = Schedule.model_validate(word)
    schedule = SCHEDULES.get(chosen.name)
    return [schedule(step, steps, epochs, chosen.options) for step in range(steps * epochs)]


def test_the_paper_drops_after_200_300_350_and_375_of_400_epochs():
    """FractalNet, section 4: divided by 10 whenever the remaining epochs halve."""
    values = rates("halving", 1, 400)
    drops = [epoch for epoch in range(1, 400) if values[epoch] != values[epoch - 1]]
    assert drops == [200, 300, 350, 375]
    assert values[0] == 1
    assert math.isclose(values[-1], 1e-4)


def test_the_same_rule_for_20_epochs():
    values = rates("halving", 2, 20)[::2]
    assert [epoch for epoch in range(1, 20) if values[epoch] != values[epoch - 1]] == [10, 15, 18, 19]


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_every_schedule_stays_between_0_and_1(name):
    values = rates(name, 7, 5)
    assert all(0 < value <= 1 for value in values)
    assert max(values) > 0.9


def test_one_cycle_rises_for_a_quarter_and_falls_to_nothing():
    values = rates("one_cycle", 10, 10)
    assert values.index(max(values)) == 25
    assert values[-1] < 0.02
    assert values[0] == 0.1


def test_one_cycle_takes_warm_up_and_ends_from_its_options():
    values = rates({"one_cycle": {"warmup": 0.1, "initial": 0.5, "final": 0.2}}, 10, 10)
    assert values.index(max(values)) == 10
    assert values[0] == 0.5
    assert 0.2 < values[-1] < 0.21
    assert rates({"one_cycle": {"warmup": 0}}, 10, 10)[0] == 1


def test_cosine_and_constant_rates_warm_up_in_a_line():
    values = rates({"cosine": {"warmup": 0.2, "final": 0.1}}, 10, 10)
    assert np.allclose(values[:20], [(step + 1) / 20 for step in range(20)])
    assert math.isclose(values[60], 0.1 + 0.9 / 2)
    assert 0.1 < values[-1] < 0.11
    assert np.allclose(rates({"constant": {"warmup": 0.1}}, 10, 10), [*np.linspace(0.1, 1, 10), *[1] * 90])


def test_the_paper_may_drop_fewer_times():
    assert math.isclose(rates({"halving": {"drops": 2}}, 1, 400)[-1], 1e-2)


def test_kernels_decay_and_norms_do_not():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    kernels, others = parameter_groups(network, 0.1)
    assert (kernels["weight_decay"], others["weight_decay"]) == (0.1, 0.0)
    assert [p.ndim for p in kernels["params"]] == [4]
    assert len(others["params"]) == 3


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_optimizer_lowers_a_loss(name):
    network = nn.Linear(4, 1)
    optimizer = OPTIMIZERS.get(name)(parameter_groups(network, 0), Train(lr=0.05, optimizer=name))
    x, losses = torch.randn(32, 4, generator=torch.Generator().manual_seed(0)), []
    for _ in range(20):
        loss = (network(x) - x.sum(1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("shape", [(6, 20), (20, 6), (8, 8)])
def test_muon_takes_singular_values_to_one_and_keeps_their_vectors(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    found = orthogonalised(matrix)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    inner = left.T @ found @ right.T
    assert torch.allclose(inner, torch.diag(inner.diagonal()), atol=1e-4)
    assert bool((inner.diagonal() > 0.6).all())
    assert bool((inner.diagonal() < 1.3).all())


def test_muon_moves_kernels_as_far_as_adamw_and_vectors_as_adamw_does():
    networks = [nn.Conv2d(8, 16, 3), nn.Conv2d(8, 16, 3)]
    networks[1].load_state_dict(networks[0].state_dict())
    images, moved = torch.randn(32, 8, 5, 5, generator=torch.Generator().manual_seed(0)), []
    for network, name in zip(networks, ("muon", "adamw"), strict=True):
        recipe = Train(lr=0.01, optimizer=name)
        optimizer = OPTIMIZERS.get(name)(parameter_groups(network, 0.1), recipe)
        before = [parameter.detach().clone() for parameter in network.parameters()]
        network(images).square().sum().backward()
        optimizer.step()
        moved.append([new.detach() - old for new, old in zip(network.parameters(), before, strict=True)])
    assert torch.allclose(moved[0][1], moved[1][1], atol=1e-6)
    assert 0.12 < float(moved[0][0].square().mean().sqrt() / 0.01) < 0.25


def test_xavier_is_uniform_in_its_bounds():
    """Glorot and Bengio 2010, equation 16: +-sqrt(6 / (fan_in + fan_out))."""
    network = nn.Sequential(nn.Conv2d(8, 16, 3), nn.Linear(50, 30))
    initialise(network, "xavier", 0)
    for module, fans in ((network[0], 9 * (8 + 16)), (network[1], 80)):
        bound = math.sqrt(6 / fans)
        assert float(module.weight.detach().abs().max()) <= bound
        assert float(module.weight.detach().abs().max()) > 0.95 * bound
        assert not module.bias.any()
