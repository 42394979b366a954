from __future__ import annotations

import pytest
import torch

from fractalgen.compiler.supernet import Supernet
from fractalgen.errors import DivergedError, TrainError
from fractalgen.search.weight_sharing.score import recalibrate, shared_score
from fractalgen.search.weight_sharing.train import first_weights


def weights(store):
    return {key: slot["weight"].clone() for key, slot in store.slots.items()}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def silent(*_):
    pass


@pytest.fixture
def shared(spec, make_run):
    """Shared weights after a few epochs, as a supernet."""
    run = make_run(spec, {"epochs": 4})
    return Supernet(spec, run.train(silent), run.recipe.seed, first_weights(run.recipe))


def test_scores_do_not_depend_on_the_order_of_evaluation(spec, shared, dataset):
    points = list(spec.space.points())[::4]

    def scores(order, supernet):
        return {tuple(values.values()): score(values, supernet) for values in order}

    def score(values, supernet):
        supernet.set_choice(values)
        return shared_score(supernet.network, dataset, 300, seed=0)

    before = weights(shared.store)
    forth = scores(points, shared)
    back = scores(reversed(points), shared)
    fresh = {tuple(values.values()): score(values, Supernet(spec, shared.store)) for values in points}
    assert forth == back == fresh
    assert equal(before, weights(shared.store))


def test_training_makes_the_networks_better(spec, shared, dataset):
    losses = {}
    for name, supernet in (("untrained", Supernet(spec, seed=shared.seed)), ("trained", shared)):
        losses[name] = 0.0
        for values in spec.space.points():
            supernet.set_choice(values)
            losses[name] += shared_score(supernet.network, dataset, 300, seed=0).loss
    assert losses["trained"] < losses["untrained"]


def test_a_killed_training_goes_on_to_the_same_weights_to_the_last_bit(spec, make_run):
    def kill(epoch, *_):
        if epoch == 1:
            raise KeyboardInterrupt

    whole = weights(make_run(spec, folder="whole").train(silent))
    run = make_run(spec, folder="killed", checkpoint_seconds=0.0)
    with pytest.raises(KeyboardInterrupt):
        run.train(kill)
    assert equal(whole, weights(make_run(spec, folder="killed").train(silent)))


def test_a_training_that_was_killed_inside_an_epoch_goes_on_to_the_same_weights(spec, make_run, monkeypatch):
    whole = weights(make_run(spec, folder="whole").train(silent))
    run = make_run(spec, folder="killed", checkpoint_seconds=0.0)
    at = type(run.paths).at

    def dies(paths, step):
        if step == 7:
            raise KeyboardInterrupt
        return at(paths, step)

    monkeypatch.setattr(type(run.paths), "at", dies)
    with pytest.raises(KeyboardInterrupt):
        run.train(silent)
    monkeypatch.undo()
    assert equal(whole, weights(make_run(spec, folder="killed").train(silent)))


def test_trained_weights_are_found_again_and_not_trained_further(spec, make_run):
    epochs = []
    one = weights(make_run(spec).train(lambda epoch, *_: epochs.append(epoch)))
    other = weights(make_run(spec).train(lambda epoch, *_: epochs.append(epoch)))
    assert epochs == [1, 2]
    assert equal(one, other)


def test_weights_of_another_recipe_are_refused(spec, make_run):
    make_run(spec).train(silent)
    with pytest.raises(TrainError, match=r"belongs to another recipe"):
        make_run(spec, {"lr": 0.2}).train(silent)


def test_a_loss_that_is_no_number_ends_the_training(spec, make_run):
    run = make_run(spec, {"lr": 1000.0, "schedule": {"constant": {}}, "epochs": 9})
    with pytest.raises(DivergedError, match=r"the loss of the shared weights became .* Lower lr, found 1000"):
        run.train(silent)


def test_recalibration_takes_the_statistics_of_training_images(spec, shared, dataset):
    shared.set_choice(spec.space.first())
    network = shared.network
    recalibrate(network, dataset, 200, seed=0)
    norm = next(module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d))
    one = norm.running_mean.clone()
    recalibrate(network, dataset, 200, seed=1)
    assert not torch.equal(one, norm.running_mean)
    recalibrate(network, dataset, 200, seed=0)
    assert torch.equal(one, norm.running_mean)
