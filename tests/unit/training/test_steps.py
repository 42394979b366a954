"""What a recipe does in a step."""

import pytest
import torch
from torch import nn

from fractalgen.compiler import compile_graph
from fractalgen.errors import TrainError
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.spec.train import Train
from fractalgen.training import FitOptions, evaluate, fit, load_data
from fractalgen.training.average import WeightAverage
from fractalgen.training.batches import Batches
from fractalgen.training.steps import Steps

CPU = torch.device("cpu")
SPEC = """
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: 2, unit: {conv: {out: 4}}, end: max_pool}
      - global_avg_pool
      - linear: {out: 10}
drop_path: {rate: 0.3, global: 0.5}
"""


@pytest.fixture(scope="module")
def digits():
    return load_data(Data(source="digits"))


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def net(text=SPEC):
    spec = load_text(text)
    return compile_graph(expand(spec), spec.drop_path, 0)


def trained(digits, text=SPEC, **recipe):
    network = net(text)
    fit(network, Train(**{"epochs": 1, "lr": 0.05, **recipe}), digits)
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def furthest(a, b):
    return max(float((a[name] - b[name]).abs().max()) for name in a)


@pytest.mark.parametrize("per", ["batch", "sample"])
def test_a_batch_in_parts_gives_the_weights_of_the_whole_batch(digits, per):
    text = SPEC.replace("global: 0.5", f"global: 0.5, per: {per}")
    whole = trained(digits, text, batch=64, augment=["mixup"])
    assert furthest(whole, trained(digits, text, batch=64, accumulate=4, augment=["mixup"])) < 1e-6
    assert furthest(whole, trained(digits, text, batch=64, accumulate=4, augment=["mirror"])) > 1e-4


def test_memory_format_changes_no_result_beyond_rounding_and_is_undone(digits):
    assert furthest(trained(digits), trained(digits, channels_last=True)) < 1e-5
    network = net()
    fit(network, Train(epochs=1, channels_last=True), digits)
    assert all(parameter.is_contiguous() for parameter in network.parameters())


class Seen(nn.Module):
    """Keeps the type and memory format of what its convolution gives."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3), nn.Linear(4, 10)
        self.seen = []

    def forward(self, x):
        features = self.conv(x)
        if self.training and torch.is_grad_enabled():
            self.seen.append((features.dtype, features.is_contiguous(memory_format=torch.channels_last)))
        return self.head(features.mean((2, 3)))


@pytest.mark.parametrize(("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
@pytest.mark.parametrize("last", [False, True])
def test_features_have_the_precision_and_the_memory_format_of_the_recipe(digits, precision, dtype, last):
    network = Seen()
    fit(network, Train(epochs=1, precision=precision, channels_last=last), digits)
    assert set(network.seen) == {(dtype, last)}
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


def test_an_average_is_that_of_its_formula_and_holds_running_statistics():
    network = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    with torch.no_grad():
        network[0].weight.zero_()
        average = WeightAverage(network, 0.5)
        for value in (4.0, 8.0):
            network[0].weight.fill_(value)
            network[1].running_mean.fill_(value)
            average.update()
    # The first decays are 2/11 and 3/12, below 0.5.
    expected = 0.25 * (9 / 11 * 4) + 0.75 * 8
    with average.in_place():
        assert torch.allclose(network[0].weight, torch.full((2, 2), expected))
        assert torch.allclose(network[1].running_mean, torch.full((2,), expected))
    assert torch.equal(network[0].weight, torch.full((2, 2), 8.0))


def test_the_average_is_what_is_evaluated_and_kept(digits):
    plain, averaged = net(), net()
    recipe = {"epochs": 2, "lr": 0.2, "schedule": "constant"}
    fit(plain, Train(**recipe), digits)
    score = fit(averaged, Train(**recipe, ema=0.98), digits)
    weights = [parameter.detach().clone() for parameter in averaged.parameters()]
    assert not all(map(torch.equal, weights, plain.parameters()))
    assert evaluate(averaged, digits.validation).loss == score.val_loss


def test_an_average_does_not_change_the_training(digits):
    losses = [fit(net(), Train(epochs=2, ema=ema), digits).epochs[-1].train_loss for ema in (None, 0.9)]
    assert losses[0] == losses[1]


def test_order_and_augmentations_do_not_change_each_other(digits):
    def first(augment):
        batches = Batches(digits.train, CPU, 10, Train(batch=32, augment=augment), seed=3)
        batches.start(1)
        return batches.get(5)

    plain, mirrored = first([]), first(["mirror"])
    assert torch.equal(plain[1], mirrored[1])
    zero = {"crop": {"padding": 1, "fill": "zero"}}
    both, turned = first([zero, "mirror"]), first(["mirror", zero])
    assert torch.equal(both[1], turned[1])
    erased = first(["cutout", "mirror"])[0] == first(["cutout"])[0]
    whole = mirrored[0] == plain[0]
    assert torch.equal(erased.flatten(1).all(1), whole.flatten(1).all(1))


def test_every_image_is_seen_at_most_once_an_epoch_in_another_order_each_time(digits):
    batches = Batches(digits.train, CPU, 10, Train(batch=64), seed=0)
    epochs = []
    for epoch in (1, 2):
        batches.start(epoch)
        epochs.append(torch.cat([batches.get(step)[0] for step in range(batches.per_epoch)]).flatten(1))
    assert len(epochs[0].unique(dim=0)) == len(epochs[0]) == batches.per_epoch * 64
    assert not torch.equal(*epochs)


def test_images_are_refused_to_be_cropped_before_anything_is_written(digits, tmp_path):
    recipe = Train(epochs=1, augment=[{"crop": {"padding": 8}}])
    with pytest.raises(TrainError, match="crop cannot reflect 8 pixels"):
        fit(net(), recipe, digits, FitOptions(out=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_a_batch_larger_than_the_data_is_all_of_them(digits):
    steps = Steps(net(), Train(batch=10_000), digits, 0)
    assert (steps.per_epoch, steps.batch) == (1, len(digits.train))
