"""What a network is trained for: losses against their equations, figures, and what does not fit."""

import json
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from fractalgen.compiler import compile_graph
from fractalgen.errors import SpecError, TrainError
from fractalgen.passes import expand
from fractalgen.spec import load, load_text
from fractalgen.spec.data import Data
from fractalgen.spec.task import MEASURES, Task
from fractalgen.spec.train import Train
from fractalgen.training import Masks, RunOptions, evaluate, evaluate_saved, fit, load_data, run_training, task_of
from fractalgen.training.rows import Rows
from fractalgen.training.tasks import TASKS
from fractalgen.training.tasks.reconstruction import divergence
from fractalgen.training.tasks.segmentation import dice_loss


def recipe(name="segmentation", epochs=1, **options):
    return Train(task=Task.model_validate({name: options}), epochs=epochs, batch=16, lr=0.05)


@pytest.fixture(scope="module")
def coins():
    return load_data(Data(source="coins"))


@pytest.fixture(scope="module")
def digits():
    return load_data(Data(source="digits"))


def net(body, shape="[1, 32, 32]", outputs="[body]"):
    spec = load_text(f"network: {{input: {shape}, body: {body}, outputs: {outputs}}}")
    return compile_graph(expand(spec), seed=0)


class Fixed(nn.Module):
    """Returns the tensors that it was made with, whatever it is asked."""

    def __init__(self, *outputs):
        super().__init__()
        self.outputs = [nn.Parameter(each) for each in outputs]
        self.weights = nn.ParameterList(self.outputs)

    def forward(self, x):
        found = tuple(each.expand(len(x), *each.shape[1:]) for each in self.outputs)
        return found[0] if len(found) == 1 else found


def test_a_spec_can_name_every_task_and_nothing_else():
    assert list(Task.model_fields) == list(TASKS)
    text = "network: {input: [4], body: relu}\ntrain: {task: TASK}"
    assert load_text(text.replace("TASK", "segmentation")).train.task.options.dice == 1
    assert load_text("network: {input: [4], body: relu}").train.task.name == "classification"
    with pytest.raises(SpecError, match="unknown key 'segment'. Did you mean 'segmentation'"):
        load_text(text.replace("TASK", "segment"))


# Reconstruction


def test_the_divergence_is_that_of_torch():
    torch.manual_seed(0)
    moments = torch.randn(5, 6, 2, 2)
    mean, log_variance = moments.chunk(2, 1)
    known = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, (0.5 * log_variance).exp()), torch.distributions.Normal(0.0, 1.0)
    )
    torch.testing.assert_close(divergence(moments), known.flatten(1).sum(1))


def test_the_loss_of_a_reconstruction_is_its_squared_error_and_the_weighted_divergence():
    torch.manual_seed(0)
    image, found, moments = torch.randn(3, 1, 4, 4), torch.randn(3, 1, 4, 4), torch.randn(3, 6)
    error = F.mse_loss(found, image)
    assert torch.equal(task_of(recipe("reconstruction")).loss((found,), image, image), error)
    whole = task_of(recipe("reconstruction", kl=3.0)).loss((found, moments), image, image)
    torch.testing.assert_close(whole, error + 3 * divergence(moments).mean() / 16)


def test_the_peak_signal_to_noise_ratio_is_that_of_pixels_from_0_to_1(digits):
    images = digits.validation
    zeros = torch.zeros(1, 1, 8, 8)  # the mean of the training images
    found = evaluate(Fixed(zeros), images, task=task_of(recipe("reconstruction")))
    errors = (images.images.double() / 255 - images.mean.double()[:, None, None] / 255).square().mean((1, 2, 3))
    assert found.figures["psnr"] == pytest.approx(float((-10 * errors.log10()).mean()), abs=1e-5)
    assert found.accuracy == pytest.approx(0)


@pytest.mark.parametrize(
    ("body", "outputs", "options", "words"),
    [
        ("{conv: {stride: 2}}", "[body]", {}, "gives 1x4x4 for an image of 1x8x8, and reconstruction compares"),
        ("{conv: {out: 2}}", "[body]", {}, "gives 2x8x8 for an image of 1x8x8"),
        ("conv", "[body]", {"kl": 2.0}, "kl weighs the moments of a second output, and the network has one output"),
        ("{sequence: [{tap: {name: m, of: conv}}, conv]}", "[body, m]", {}, "the second output has 1 channels"),
        ("{tap: {name: m, of: conv}}", "[body, m, m]", {}, "the network has 3 outputs, and reconstruction knows"),
    ],
)
def test_a_network_that_reconstructs_nothing_is_refused(digits, body, outputs, options, words):
    with pytest.raises(TrainError, match=words):
        fit(net(body, "[1, 8, 8]", outputs), recipe("reconstruction", **options), digits)


def test_an_autoencoder_learns(digits):
    body = "{sequence: [{conv: {out: 8, kernel: 2, stride: 2, padding: 0}}, relu, upsample, {conv: {out: 1}}]}"
    score = fit(net(body, "[1, 8, 8]"), recipe("reconstruction", epochs=3), digits)
    ratios = [record.figures["val_psnr"] for record in score.epochs]
    assert ratios[0] < ratios[-1]
    assert score.guards.problems == ()


def test_an_autoencoder_of_a_file_is_trained_and_its_spec_can_be_trained_again(tmp_path):
    text = """
network: {input: [1, 8, 8], body: conv}
train: {task: reconstruction, epochs: 1, batch: 32}
data: {source: synthetic, count: 64, shape: [1, 8, 8], classes: 2}
"""
    first = run_training(load_text(text), RunOptions(tmp_path / "first", device="cpu"))
    again = run_training(load(tmp_path / "first" / "spec.yaml"), RunOptions(tmp_path / "again", device="cpu"))
    assert again.test == first.test


def test_a_variational_autoencoder_is_noisy_in_training_alone(digits):
    body = "{sequence: [{tap: {name: moments, of: {conv: {out: 4}}}}, sample, {conv: {out: 1}}]}"
    score = fit(net(body, "[1, 8, 8]", "[body, moments]"), recipe("reconstruction"), digits)
    assert score.guards.noise_declared
    assert score.guards.noise_observed
    assert score.guards.problems == ()


def test_reconstruction_needs_images(tmp_path):
    (tmp_path / "train.txt").write_text("a few words to read, " * 60)
    (tmp_path / "test.txt").write_text("a few words to read, " * 20)
    tokens = load_data(Data(source="tokens", path=str(tmp_path), length=16))
    network = nn.Sequential(nn.Embedding(256, 4))
    with pytest.raises(TrainError, match="reconstruction needs images, the data have none"):
        fit(network, recipe("reconstruction"), tokens)


# Segmentation


def test_the_dice_loss_is_its_equation():
    torch.manual_seed(0)
    scores, masks = torch.randn(2, 3, 4, 4), torch.randint(0, 3, (2, 4, 4))
    share, terms = scores.softmax(1), []
    for each in (1, 2):
        p, t = share[:, each], (masks == each).float()
        terms.append((2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1))
    torch.testing.assert_close(dice_loss(scores, masks), 1 - sum(terms) / 2)


def test_the_pyramid_loss_is_the_first_head_and_the_mean_of_the_others_on_masks_of_their_size():
    torch.manual_seed(0)
    masks = torch.randint(0, 2, (2, 8, 8))
    heads = [torch.randn(2, 2, side, side) for side in (8, 4, 2)]
    task = task_of(recipe(dice=0.5))
    resized = [masks, masks[:, ::2, ::2], masks[:, ::4, ::4]]
    of = [F.cross_entropy(head, mask) + 0.5 * dice_loss(head, mask) for head, mask in zip(heads, resized, strict=True)]
    torch.testing.assert_close(task.loss(tuple(heads), masks, masks), of[0] + (of[1] + of[2]) / 2)
    torch.testing.assert_close(task.loss((heads[0],), masks, masks), of[0])
    plain = task_of(recipe(dice=0.0))
    assert torch.equal(plain.loss((heads[0],), masks, masks), F.cross_entropy(heads[0], masks))


def test_every_head_receives_a_gradient():
    heads = [torch.randn(2, 2, side, side, requires_grad=True) for side in (8, 4, 2)]
    loss = task_of(recipe()).loss(tuple(heads), torch.zeros(2, 8, 8), torch.randint(0, 2, (2, 8, 8)))
    assert all(bool(each.abs().sum() > 0) for each in torch.autograd.grad(loss, heads))


def test_dice_counts_the_pixels_of_the_whole_set():
    images = Rows(torch.zeros(3, 1, 2, 2, dtype=torch.uint8))
    masks = torch.tensor([[[1, 1], [0, 0]], [[1, 0], [0, 0]], [[0, 0], [0, 0]]], dtype=torch.uint8)
    samples = Masks(images, Rows(masks), torch.zeros(1), torch.ones(1))
    left = torch.tensor([[[[0.0, 1.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]]]])  # class 1 in the left column
    found = evaluate(Fixed(left), samples, batch=2, task=task_of(recipe()))
    assert found.figures["dice"] == pytest.approx(2 * 2 / (6 + 3))
    assert found.accuracy == pytest.approx(7 / 12)


def test_a_class_that_is_nowhere_and_found_nowhere_counts_as_found():
    samples = Masks(
        Rows(torch.zeros(1, 1, 2, 2, dtype=torch.uint8)),
        Rows(torch.zeros(1, 2, 2, dtype=torch.uint8)),
        torch.zeros(1),
        torch.ones(1),
    )
    nothing = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 2, 2).clone()
    assert evaluate(Fixed(nothing), samples, task=task_of(recipe())).figures == {"dice": 1.0}


SCORES = "{conv: {out: 2, bias: true}}"


@pytest.mark.parametrize(
    ("body", "outputs", "words"),
    [
        ("{sequence: [global_avg_pool, {linear: {out: 2}}]}", "[body]", "output 1 is 2, which are no scores"),
        ("{conv: {out: 3}}", "[body]", "output 1 tells 3 classes apart, the masks have 2"),
        (f"{{sequence: [max_pool, {SCORES}]}}", "[body]", "gives 16x16 for an image, the masks are 32x32"),
        (
            f"{{sequence: [{{tap: {{name: h, of: {SCORES}}}}}, {SCORES}]}}",
            "[body, h]",
            "output 2 is 32x32, no half, quarter or further halving of masks of 32x32",
        ),
        (
            "{sequence: [{tap: {name: h, of: {conv: {out: 2, stride: 2, kernel: 1, padding: 1}}}}, upsample, "
            "{conv: {out: 2, kernel: 3, padding: 0}}]}",
            "[body, h]",
            "output 2 is 17x17, no half",
        ),
    ],
)
def test_heads_that_do_not_fit_the_masks_are_refused(coins, body, outputs, words):
    with pytest.raises(TrainError, match=words):
        fit(net(body, outputs=outputs), recipe(), coins)


def test_data_and_task_that_do_not_fit_are_refused(coins, digits):
    with pytest.raises(TrainError, match="segmentation needs a mask for each image, and the data have labels"):
        fit(net(SCORES, "[1, 8, 8]"), recipe(), digits)
    with pytest.raises(TrainError, match="the data have a mask for each image, and the task is classification"):
        fit(net("{sequence: [global_avg_pool, {linear: {out: 2}}]}"), Train(epochs=1), coins)


def test_a_segmentation_learns_with_masks_that_move_along(coins):
    body = (
        "{sequence: [{conv: {out: 8}}, batch_norm, relu, max_pool, {tap: {name: h, of: {conv: {out: 2, bias: true}}}}, "
        "upsample, {conv: {out: 2, bias: true}}]}"
    )
    train = recipe(epochs=4).model_copy(update={"augment": Train.model_validate({"augment": ["mirror"]}).augment})
    score = fit(net(body, outputs="[body, h]"), train, coins)
    assert score.epochs[-1].figures["val_dice"] > 0.6
    assert score.guards.problems == ()


def test_augmentations_move_masks_with_their_images_and_cut_out_images_alone(coins):
    from fractalgen.training.batches import Batches

    def batch(*names):
        augment = Train.model_validate({"augment": list(names)}).augment
        train = replace(coins.train, masks=Rows(coins.train.rows[:][:, 0]))  # the image is its own mask
        batches = Batches(train, torch.device("cpu"), 256, recipe().model_copy(update={"augment": augment}), seed=1)
        batches.start(1)
        images, masks = batches.get(0)
        return (images * coins.train.std[0] + coins.train.mean[0])[:, 0].round(), masks

    plain, same = batch()
    assert torch.equal(plain, same)
    for name in ("mirror", "shift", "shift_mirror_reflect"):
        images, masks = batch(name)
        inside = (slice(None), slice(4, -4), slice(4, -4))
        assert torch.equal(images[inside], masks[inside])
        assert not torch.equal(masks, same)
    images, masks = batch("cutout")
    assert torch.equal(masks, same)
    assert not torch.equal(images, plain)


def test_what_mixes_labels_is_refused_with_masks(coins):
    train = recipe().model_copy(update={"augment": Train.model_validate({"augment": ["mixup"]}).augment})
    with pytest.raises(TrainError, match="mixup mixes labels, and the data have masks"):
        fit(net(SCORES), train, coins)


def test_a_run_keeps_the_figures_of_its_task_and_an_evaluation_of_classifiers_refuses_it(tmp_path):
    text = f"network: {{input: [1, 32, 32], body: {SCORES}}}\ntrain: {{task: segmentation, epochs: 1}}\ndata: coins"
    done = run_training(load_text(text), RunOptions(tmp_path))
    kept = json.loads((tmp_path / "metrics.json").read_text())
    assert kept["test_dice"] == done.test.figures["dice"]
    assert kept["epochs"][0]["figures"] == {"val_dice": done.score.epochs[0].figures["val_dice"]}
    with pytest.raises(TrainError, match="an evaluation measures classifiers, and the task of the run is segmentation"):
        evaluate_saved(tmp_path)


def test_what_a_task_measures_is_what_a_spec_may_name():
    assert set(MEASURES) == set(TASKS)
