"""What goes wrong in the middle of a run: clear errors, and a folder with which the run goes on."""

import errno
import os

import pytest
import torch
from torch import nn

from fractalgen import atomic
from fractalgen.errors import DivergedError, ExportError, TrainError
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.spec.train import Train
from fractalgen.training import FitOptions, Progress, RunOptions, fit, load_data, run_training
from fractalgen.training import progress as watching

RECIPE = Train(epochs=3, batch=128, lr=0.05)
SPEC = """
network: {input: [1, 8, 8], body: {sequence: [flatten, {linear: {out: 10}}]}}
train: {epochs: 2, batch: 256}
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


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 10))


def same(a, b):
    return all(map(torch.equal, a.state_dict().values(), b.state_dict().values()))


@pytest.fixture
def full_disk(monkeypatch):
    """Let the disk be full from some write on."""

    def fill(after):
        written = []

        def fsync(handle):
            written.append(handle)
            if len(written) > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(atomic.os, "fsync", fsync)

    yield fill
    monkeypatch.undo()


def test_a_full_disk_leaves_the_checkpoint_before(digits, tmp_path, full_disk, monkeypatch):
    whole = net()
    fit(whole, RECIPE, digits)
    full_disk(after=2)
    with pytest.raises(TrainError, match="checkpoint.pt' cannot be written: No space left on device. Make room there"):
        fit(net(), RECIPE, digits, FitOptions(out=tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]
    monkeypatch.undo()
    resumed, seen = net(), []
    fit(resumed, RECIPE, digits, FitOptions(out=tmp_path, on_epoch=lambda record: seen.append(record.epoch)))
    assert seen == [3]
    assert same(whole, resumed)


def test_a_disk_that_is_full_at_the_end_costs_no_epoch(digits, tmp_path, full_disk, monkeypatch):
    full_disk(after=3)
    with pytest.raises(ExportError, match="weights.safetensors' cannot be written: No space left on device"):
        fit(net(), RECIPE, digits, FitOptions(out=tmp_path))
    monkeypatch.undo()
    seen = []
    fit(net(), RECIPE, digits, FitOptions(out=tmp_path, on_epoch=lambda record: seen.append(record.epoch)))
    assert seen == []
    assert (tmp_path / "weights.safetensors").exists()


@pytest.mark.parametrize(("after", "name"), [(1, "spec.yaml"), (5, "metrics.json")])
def test_figures_that_cannot_be_written_are_named(tmp_path, full_disk, monkeypatch, after, name):
    full_disk(after)
    with pytest.raises(TrainError, match=f"{name}' cannot be written: No space left on device. Make room there"):
        run_training(load_text(SPEC), RunOptions(tmp_path))
    monkeypatch.undo()
    run_training(load_text(SPEC), RunOptions(tmp_path))
    assert (tmp_path / "metrics.json").exists()


def test_a_folder_that_cannot_be_written_is_refused_before_any_step(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(TrainError, match="cannot be written. Give another folder"):
        fit(net(), RECIPE, digits, FitOptions(out=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_refused(digits, tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(TrainError, match="run.* cannot be (made|read): "):
        fit(net(), RECIPE, digits, FitOptions(out=tmp_path / "run"))


class Fatal(nn.Module):
    """A net whose loss becomes NaN in some step."""

    def __init__(self, step):
        super().__init__()
        self.inner, self.left = net(), step

    def forward(self, x):
        self.left -= self.training and torch.is_grad_enabled()
        return self.inner(x) * (float("nan") if self.left == 0 else 1)


def test_a_loss_that_is_no_number_names_its_step_and_the_last_checkpoint(digits, tmp_path):
    per_epoch = len(digits.train) // 128
    place = "the loss became nan in epoch 2, step 3. .* The last checkpoint is of epoch 1.$"
    with pytest.raises(DivergedError, match=place):
        fit(Fatal(per_epoch + 3), RECIPE, digits, FitOptions(out=tmp_path))
    with pytest.raises(DivergedError, match="in epoch 1, step 2. .* There is no checkpoint yet.$"):
        fit(Fatal(2), RECIPE, digits, FitOptions(out=tmp_path / "other"))
    with pytest.raises(DivergedError, match="in epoch 1, step 2. Lower lr, found 0.05, or set grad_clip.$"):
        fit(Fatal(2), RECIPE, digits)


def test_a_checkpoint_inside_an_epoch_is_gone_on_with(digits, tmp_path):
    per_epoch = len(digits.train) // 128
    whole = Fatal(-1)
    expected = fit(whole, RECIPE, digits)
    often = FitOptions(out=tmp_path, checkpoint_seconds=0.0)
    with pytest.raises(DivergedError, match="step 3. .* The last checkpoint is of epoch 2, step 2.$"):
        fit(Fatal(per_epoch + 3), RECIPE, digits, often)
    resumed = Fatal(-1)
    score = fit(resumed, RECIPE, digits, often)
    assert same(whole, resumed)
    assert [record.train_loss for record in score.epochs] == [record.train_loss for record in expected.epochs]


def test_weights_that_are_no_numbers_are_not_kept_inside_an_epoch(digits, tmp_path):
    class Steep(nn.Linear):
        """Its loss is a number, and the gradient is none."""

        def forward(self, x):
            out = super().forward(x.flatten(1))
            return out + (0 * out).sqrt() if self.training else out

    options = FitOptions(out=tmp_path, checkpoint_seconds=0.0)
    with pytest.raises(DivergedError, match="in epoch 1, step 2. .* There is no checkpoint yet"):
        fit(Steep(64, 10), Train(epochs=1), digits, options)


def test_those_who_watch_see_place_speed_time_and_drop_path(digits, monkeypatch):
    monkeypatch.setattr(watching, "SECONDS", 0.0)
    seen: list[Progress] = []
    fit(net(), RECIPE, digits, FitOptions(on_step=seen.append))
    per_epoch = len(digits.train) // 128
    assert [(at.epoch, at.step) for at in seen] == [(e, s) for e in (1, 2, 3) for s in range(1, per_epoch + 1)]
    assert {(at.epochs, at.steps, at.mode) for at in seen} == {(3, per_epoch, "full")}
    assert all(at.images_per_second > 0 for at in seen)
    assert seen[0].seconds_left > seen[-1].seconds_left == 0


def test_the_record_of_an_epoch_holds_speed_and_drop_path(tmp_path):
    text = SPEC.replace("[flatten, {linear", "[{fractal: {columns: 2, unit: conv}}, flatten, {linear")
    spec = load_text(text + "drop_path: {rate: 0.4, schedule: linear}")
    records = run_training(spec, RunOptions(tmp_path)).score.epochs
    assert [record.drop_path_rate for record in records] == pytest.approx([0.4 * 3 / 7, 0.4])
    assert all(record.images_per_second > 1024 / record.seconds for record in records)
