import math

import pytest
import torch
from torch import nn

from fractalgen.spec.train import Train
from fractalgen.training.augmentations import AUGMENTATIONS
from fractalgen.training.initialise import initialise
from fractalgen.training.optimizers import OPTIMIZERS, parameter_groups
from fractalgen.training.schedules import SCHEDULES


def rates(name, steps, epochs):
    schedule = SCHEDULES.get(name)
    return [schedule(step, steps, epochs) for step in range(steps * epochs)]


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


@pytest.mark.parametrize("name", list(AUGMENTATIONS))
def test_an_augmentation_keeps_shape_and_argument_and_follows_its_generator(name):
    images = torch.randn(6, 3, 16, 16)
    before = images.clone()
    first = AUGMENTATIONS.get(name)(images, torch.Generator().manual_seed(3))
    again = AUGMENTATIONS.get(name)(images, torch.Generator().manual_seed(3))
    other = AUGMENTATIONS.get(name)(images, torch.Generator().manual_seed(4))
    assert torch.equal(images, before)
    assert first.shape == images.shape
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_shifts_of_32_pixels_reach_4_both_ways_and_bring_in_zeros():
    images = torch.zeros(3000, 1, 32, 32)
    images[:, :, 16, 16] = 1
    moved = AUGMENTATIONS.get("shift")(images, torch.Generator().manual_seed(0))
    y, x = moved.flatten(1).argmax(1) // 32 - 16, moved.flatten(1).argmax(1) % 32 - 16
    assert sorted(set(y.tolist())) == sorted(set(x.tolist())) == list(range(-4, 5))
    assert moved.sum() == 3000
    ones = AUGMENTATIONS.get("shift")(torch.ones(50, 1, 32, 32), torch.Generator().manual_seed(0))
    assert set(ones.unique().tolist()) == {0.0, 1.0}
    reflected = AUGMENTATIONS.get("shift_mirror_reflect")(torch.ones(50, 1, 32, 32), torch.Generator().manual_seed(0))
    assert set(reflected.unique().tolist()) == {1.0}


def test_mirroring_swaps_half_of_the_images():
    images = torch.arange(8.0).expand(2000, 1, 8, 8)
    swapped = AUGMENTATIONS.get("mirror")(images, torch.Generator().manual_seed(0))[:, 0, 0, 0] == 7
    assert abs(int(swapped.sum()) - 1000) < 110


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


def test_xavier_is_uniform_in_its_bounds():
    """Glorot and Bengio 2010, equation 16: +-sqrt(6 / (fan_in + fan_out))."""
    network = nn.Sequential(nn.Conv2d(8, 16, 3), nn.Linear(50, 30))
    initialise(network, "xavier", 0)
    for module, fans in ((network[0], 9 * (8 + 16)), (network[1], 80)):
        bound = math.sqrt(6 / fans)
        assert float(module.weight.detach().abs().max()) <= bound
        assert float(module.weight.detach().abs().max()) > 0.95 * bound
        assert not module.bias.any()
