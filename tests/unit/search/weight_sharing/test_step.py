"""Only what a network has moves in its step."""

from __future__ import annotations

import pytest
import torch

from fractalgen.compiler.supernet import Supernet
from fractalgen.search.weight_sharing.step import SharedStep

RECIPES = [
    {},
    {"optimizer": "adamw", "lr": 0.01},
    {"optimizer": "muon", "lr": 0.01},
    {"momentum": 0.0},
    {"nesterov": True, "grad_clip": 1.0, "accumulate": 2},
    {"channels_last": True, "precision": "bfloat16"},
]
HOLES = ["fractal.columns", "fractal.unit.conv_bn_relu.out", "fractal.join"]


def point(*values: int) -> dict[str, int]:
    return {f"network.body.sequence[0].{name}": value for name, value in zip(HOLES, values, strict=True)}


def taken(store):
    return {
        (key, name): value.clone() if isinstance(value, torch.Tensor) else value
        for key, slot in store.slots.items()
        for name, value in slot.items()
    }


@pytest.fixture
def trained(spec, dataset, make_run):
    """A supernet whose weights have momentum, and what takes a step of one of its points."""

    def make(recipe):
        run = make_run(spec, recipe)
        supernet = Supernet(spec)

        def step(values, index):
            subnet = supernet.set_choice(values)
            SharedStep(subnet, run.recipe, dataset, seed=0).take(supernet.store, 1, index)
            return subnet

        step(point(3, 1, 1), 0)
        step(point(3, 1, 0), 1)
        return supernet, step

    return make


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_weights_momentum_and_decay_of_what_is_not_chosen_stay_to_the_last_bit(trained, recipe):
    supernet, step = trained(recipe)
    before = taken(supernet.store)
    used = step(point(1, 1, 0), 2).keys
    after = taken(supernet.store)
    idle = [key for key in before if key[0] not in used]
    assert idle
    assert all(torch.equal(torch.as_tensor(before[key]), torch.as_tensor(after[key])) for key in idle)
    moved = [key for key in before if key[0] in used and key[1] == "weight"]
    assert all(not torch.equal(before[key], after[key]) for key in moved)


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_channels_that_a_narrower_network_does_not_use_stay_to_the_last_bit(trained, recipe):
    supernet, step = trained(recipe)
    before = taken(supernet.store)
    used = step(point(3, 0, 0), 2).keys
    after = taken(supernet.store)
    kernels = [key for key in before if "conv.weight" in key[0] or "conv " in key[0]]
    wide = [key for key in kernels if isinstance(before[key], torch.Tensor) and before[key].dim() == 4]
    assert wide
    for key in wide:
        old, new = before[key], after[key]
        assert torch.equal(old[4:], new[4:])
        if key[1] == "weight" and key[0] in used:
            assert not torch.equal(old[:4, :4], new[:4, :4])
        if old.shape[1] > 4:
            assert torch.equal(old[:4, 4:], new[:4, 4:])


def test_a_step_is_that_of_the_ordinary_trainer(spec, dataset, make_run):
    from fractalgen.training.steps import Steps

    run = make_run(spec, {"epochs": 1})
    supernet = Supernet(spec)
    values = point(2, 1, 1)
    alone = supernet.extract(values)
    steps = Steps(alone, run.recipe, dataset, seed=0)
    steps.epoch(1, lambda: None)
    per_epoch = len(dataset.train) // run.recipe.batch
    for index in range(per_epoch):
        SharedStep(supernet.set_choice(values), run.recipe, dataset, seed=0).take(supernet.store, 1, index)
    for a, b in zip(alone.parameters(), supernet.extract(values).parameters(), strict=True):
        assert torch.equal(a, b)
