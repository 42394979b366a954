import json

import pytest
import torch
from torch import nn

from fractalgen.compiler import compile_graph
from fractalgen.errors import DivergedError, TrainError
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.spec.train import Train
from fractalgen.training import FitOptions, RunOptions, evaluate, evaluate_saved, fit, load_data, run_training

SPEC = """
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: 2, unit: {conv_bn_relu: {out: 8, dropout: 0.1}}, end: max_pool}
      - global_avg_pool
      - linear: {out: 10}
drop_path: {rate: 0.2, global: 0.5}
train: {epochs: 3, batch: 64, lr: 0.1, augment: [shift]}
data: {source: digits}
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


def spec_of(text=SPEC):
    return load_text(text)


def net(text=SPEC, seed=0):
    spec = spec_of(text)
    return compile_graph(expand(spec), spec.drop_path, seed)


def weights(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_training_learns_and_says_so(digits):
    network = net()
    score = fit(network, Train(epochs=6, lr=0.3, batch=32), digits)
    assert [record.epoch for record in score.epochs] == [1, 2, 3, 4, 5, 6]
    assert score.epochs[-1].train_loss < score.epochs[0].train_loss
    assert score.val_accuracy > 0.7
    assert score.guards.problems == ()
    assert json.loads(json.dumps(score.as_dict()))["val_accuracy"] == score.val_accuracy


def test_one_seed_gives_the_same_weights_to_the_last_bit(digits):
    runs = []
    for seed in (1, 1, 2):
        network = net(seed=1)
        fit(network, spec_of().train, digits, FitOptions(seed=seed))
        runs.append(weights(network))
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


@pytest.mark.parametrize("stop_after", [1, 2])
def test_a_run_that_was_cut_off_ends_as_one_that_was_not(digits, tmp_path, stop_after):
    whole = net()
    expected = fit(whole, spec_of().train, digits)
    first = FitOptions(out=tmp_path, on_epoch=lambda record: record.epoch == stop_after)
    assert fit(net(), spec_of().train, digits, first).stopped
    resumed = net()
    score = fit(resumed, spec_of().train, digits, FitOptions(out=tmp_path))
    assert same(weights(whole), weights(resumed))
    assert [r.train_loss for r in score.epochs] == [r.train_loss for r in expected.epochs]
    assert not score.stopped


def test_the_global_generator_is_left_alone(digits):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    fit(net(), Train(epochs=1), digits)
    assert torch.equal(torch.rand(2), expected)


class Squared(nn.Linear):
    """A layer whose loss runs away: nothing holds its weights back."""

    def __init__(self):
        super().__init__(64, 10)

    def forward(self, x):
        return super().forward(x) ** 3


def test_a_loss_that_is_no_number_stops_with_the_step(digits):
    with pytest.raises(DivergedError, match="the loss became (nan|inf) in epoch 1, step"):
        fit(nn.Sequential(nn.Flatten(), Squared()), Train(epochs=2, lr=1000.0, schedule="constant"), digits)


def test_a_checkpoint_of_another_run_or_cut_in_half_is_refused(digits, tmp_path):
    fit(net(), Train(epochs=1), digits, FitOptions(out=tmp_path))
    with pytest.raises(TrainError, match="belongs to another recipe"):
        fit(net(), Train(epochs=2), digits, FitOptions(out=tmp_path))
    other = SPEC.replace("out: 8", "out: 9")
    with pytest.raises(TrainError, match="belongs to another network"):
        fit(net(other), Train(epochs=1), digits, FitOptions(out=tmp_path))
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(TrainError, match="is damaged. Delete it to train from the start"):
        fit(net(), Train(epochs=1), digits, FitOptions(out=tmp_path))
    file.unlink()
    fit(net(), Train(epochs=1), digits, FitOptions(out=tmp_path))


def test_a_run_does_not_go_on_under_another_drop_path(digits, tmp_path):
    fit(net(), Train(epochs=1), digits, FitOptions(out=tmp_path))
    with pytest.raises(TrainError, match="belongs to another network"):
        fit(net(SPEC.replace("rate: 0.2", "rate: 0.3")), Train(epochs=1), digits, FitOptions(out=tmp_path))


class LastStep(nn.Linear):
    """A layer whose weights blow up in the last step of the second epoch, when its own loss was still a number."""

    def __init__(self, steps):
        super().__init__(64, 10)
        self.left = 2 * steps

    def forward(self, x):
        self.left -= self.training and torch.is_grad_enabled()
        out = super().forward(x.flatten(1))
        return out * (torch.inf if self.left <= 0 and not self.training else 1)


def test_weights_that_blow_up_in_the_last_step_do_not_replace_the_last_good_checkpoint(digits, tmp_path):
    steps = len(digits.train) // 64
    with pytest.raises(DivergedError, match="the validation loss became (nan|inf) after epoch 2"):
        fit(LastStep(steps), Train(epochs=3, lr=0.01), digits, FitOptions(out=tmp_path))
    seen = []
    sound = FitOptions(out=tmp_path, on_epoch=lambda record: seen.append(record.epoch))
    fit(LastStep(10**6), Train(epochs=3, lr=0.01), digits, sound)
    assert seen == [2, 3]


@pytest.mark.parametrize("rate", [0.001, 0.02])
def test_a_rare_drop_is_no_false_alarm(digits, rate):
    text = SPEC.replace("dropout: 0.1", "dropout: 0").replace("{rate: 0.2, global: 0.5}", f"{{rate: {rate}}}")
    for seed in range(5):
        assert fit(net(text, seed), Train(epochs=1), digits).guards.problems == ()


@pytest.mark.parametrize("op", ["stochastic_depth: {rate: 0.02, per: batch}", "dropblock: {rate: 0.1, block: 3}"])
def test_every_stochastic_op_is_declared_noise(digits, op):
    text = SPEC.replace("dropout: 0.1", "dropout: 0").replace("{rate: 0.2, global: 0.5}", "{rate: 0}")
    for noisy in (False, True):
        spec = text.replace("- global_avg_pool", f"- {op}\n      - global_avg_pool") if noisy else text
        guards = fit(net(spec), Train(epochs=1), digits).guards
        assert (guards.noise_declared, guards.problems) == (noisy, ())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[1, 8, 8]", "[3, 8, 8]", r"cannot take the images of the data, 1x8x8: the network takes \(batch, 3, 8, 8\)"),
        ("linear: {out: 10}", "linear: {out: 7}", "tells 7 classes apart, the data have 10"),
        ("- global_avg_pool\n      - linear: {out: 10}", "- {conv: {out: 10}}", "gives 10x4x4 for an image"),
    ],
)
def test_a_network_that_does_not_fit_the_data_is_refused_before_anything_is_written(
    digits, tmp_path, old, new, message
):
    with pytest.raises(TrainError, match=message):
        fit(net(SPEC.replace(old, new)), Train(epochs=1), digits, FitOptions(out=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_a_network_without_weights_has_nothing_to_learn(digits):
    with pytest.raises(TrainError, match="nothing to learn"):
        fit(nn.Flatten(), Train(epochs=1), digits)


class Loose(nn.Module):
    """A net with a layer that nothing reads, and noise that nobody declared."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(64, 10)
        self.loose = nn.Linear(3, 3)

    def forward(self, x):
        noise = torch.rand(1) if self.training else 0
        return self.head(x.flatten(1)) + noise


def test_the_guards_find_what_no_gradient_reaches_and_noise_that_nobody_declared(digits):
    guards = fit(Loose(), Train(epochs=1, lr=0.01), digits).guards
    assert guards.problems == (
        "no gradient reaches loose.weight",
        "no gradient reaches loose.bias",
        "training passes differ, but no stochastic op is declared",
    )


def test_the_noise_guard_leaves_generators_and_statistics_alone(digits):
    quiet, watched = net(), net()
    state = weights(watched)
    from fractalgen.training.guards import check_noise

    guards = check_noise(watched, digits.train.batch(slice(4))[0])
    assert guards.noise_declared
    assert guards.noise_observed
    assert same(state, weights(watched))
    assert torch.equal(quiet.drop_path_state()["generator"], watched.drop_path_state()["generator"])


def test_evaluation_does_not_depend_on_the_size_of_its_batches(digits):
    network = net()
    a, b = evaluate(network, digits.validation, 7), evaluate(network, digits.validation, 500)
    assert a.accuracy == b.accuracy
    assert abs(a.loss - b.loss) < 1e-6
    assert network.training


def test_a_whole_run_leaves_a_folder_that_evaluates_again(tmp_path):
    run = run_training(spec_of(), RunOptions(tmp_path, epochs=2, seed=5))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert len(metrics["epochs"]) == 2
    assert {"train_loss", "val_accuracy", "seconds"} <= metrics["epochs"][0].keys()
    assert metrics["test_accuracy"] == run.test.accuracy
    assert [column["index"] for column in metrics["columns"]] == [1, 2]
    found = evaluate_saved(tmp_path).as_dict()
    assert found["full"]["accuracy"] == run.test.accuracy
    assert [c["accuracy"] for c in found["columns"]] == [c.accuracy for c in run.columns]
    assert found["columns"][0]["macs"] < found["columns"][1]["macs"] < found["full"]["macs"]


def test_a_run_without_data_says_what_to_give(tmp_path):
    with pytest.raises(TrainError, match="the spec names no data. Give --data digits"):
        run_training(spec_of(SPEC.replace("data: {source: digits}", "")), RunOptions(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
