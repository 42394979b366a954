"""Labels, means, splits and rows: what is checked and computed between a source and a network."""

import numpy as np
import pytest
import torch
from torch import nn

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.spec.train import Train
from fractalgen.training import fit, load_data
from fractalgen.training.labels import count_classes
from fractalgen.training.rows import Rows
from fractalgen.training.samples import Tokens
from fractalgen.training.sources.synthetic import Synthetic
from fractalgen.training.split import split_sequence
from fractalgen.training.statistics import normalisation

CPU = torch.device("cpu")


def synthetic(**more):
    return load_data(Data(source="synthetic", **more))


def test_made_up_images_are_as_many_as_large_and_of_as_many_classes_as_asked_for():
    data = synthetic(count=60, shape=(2, 5, 7), classes=3)
    assert len(data.train) + len(data.validation) == 60
    assert (data.classes, data.train.shape, len(data.final_test())) == (3, (2, 5, 7), 15)
    assert torch.bincount(data.train.labels).tolist() == [17, 17, 17]


def test_made_up_images_are_the_same_each_time_and_others_with_other_options():
    first, again, noisy = synthetic(), synthetic(), synthetic(noise=0.3)
    assert torch.equal(first.train.images, again.train.images)
    assert first.digest == again.digest != noisy.digest
    assert not torch.equal(first.train.images, noisy.train.images)
    assert torch.equal(first.final_test().images, synthetic(seed=5).final_test().images)


def test_made_up_classes_can_be_told_apart():
    data = synthetic()
    score = fit(nn.Sequential(nn.Flatten(), nn.Linear(192, 10)), Train(epochs=3, lr=0.01), data)
    assert score.val_accuracy > 0.95


@pytest.mark.parametrize(
    ("labels", "declared", "message"),
    [
        ([0, 1, -1], None, "the training set has a label -1. Labels are numbers from 0"),
        ([0, 1, 5, 5], 5, "the training set has a label 5, but 5 classes end at 4. Set `classes`"),
        ([0, 0, 0], None, "the training set has one class. Telling classes apart needs at least two"),
        ([0, 0, 2, 2], None, "class 1 of 3 has no training images. Number the labels from 0 without a gap"),
        ([1, 1, 2, 2], None, "class 0 of 3 has no training images"),
        ([0, 0, 1, 1], 3, "class 2 of 3 has no training images"),
        ([0, 0, 10**12, 10**12], None, "class 1 of 1000000000001 has no training images"),
        ([0, 0, 1], None, "class 1 has a single training image. It needs one to train on and one to validate on"),
    ],
)
def test_labels_that_no_network_can_learn_are_named(labels, declared, message):
    with pytest.raises(TrainError, match=message):
        count_classes(torch.tensor(labels), declared)


@pytest.mark.parametrize("fraction", [0.0001, 0.9999])
def test_every_class_is_on_both_sides_of_a_split_whatever_the_share(fraction):
    data = synthetic(count=20, classes=10, val_fraction=fraction)
    assert data.train.labels.unique().tolist() == data.validation.labels.unique().tolist() == list(range(10))


@pytest.mark.parametrize(("count", "fraction", "cut"), [(2, 0.01, 1), (2, 0.99, 1), (100, 0.15, 15), (10, 0.999, 9)])
def test_a_stretch_of_windows_leaves_some_on_both_sides(count, fraction, cut):
    for seed in range(5):
        kept, held = split_sequence(count, fraction, seed)
        assert (len(held), sorted([*kept.tolist(), *held.tolist()])) == (cut, list(range(count)))


def images_of(values, channels=1):
    return Rows(torch.tensor(values, dtype=torch.uint8).reshape(-1, channels, 2, 2))


def test_mean_and_deviation_are_those_of_the_bytes():
    images = torch.from_numpy(np.random.RandomState(0).randint(0, 256, (50, 3, 4, 5)).astype(np.uint8))
    mean, std = normalisation(Rows(images, torch.arange(0, 50, 2)), Data(source="digits"))
    chosen = images[::2].double()
    assert torch.allclose(mean.double(), chosen.mean((0, 2, 3)), rtol=1e-6)
    assert torch.allclose(std.double(), chosen.transpose(0, 1).flatten(1).std(1, correction=0), rtol=1e-6)


def test_a_channel_that_never_changes_is_divided_by_one():
    mean, std = normalisation(images_of([7] * 8), Data(source="digits"))
    assert (mean.tolist(), std.tolist()) == ([7.0], [1.0])


def test_a_declared_mean_alone_is_subtracted_as_in_the_paper():
    data = synthetic(shape=(1, 4, 4), mean=(0.5,), std=(1.0,))
    images, _ = data.train.batch(slice(None))
    assert torch.allclose(images, (data.train.images - 127.5) / 255)


def test_no_normalisation_can_be_asked_for():
    data = synthetic(mean=(0, 0, 0), std=(1, 1, 1))
    images, _ = data.train.batch(slice(None))
    assert torch.allclose(images, data.train.images / 255)
    assert data.digest != synthetic().digest


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mean": (0.5, 0.5)}, "`mean` of the data has 2 values, the images have 3 channels. Give one for each"),
        ({"std": (0.5,)}, "`std` of the data has 1 values, the images have 3 channels"),
        ({"std": (0.001, 0.2, 0.2)}, r"`std` of the data is 0.0010 for channel 0, that of the training images 0\.\d+"),
    ],
)
def test_a_mean_or_deviation_of_other_images_is_refused(options, message):
    with pytest.raises(TrainError, match=message):
        synthetic(**options)


def test_a_mean_far_from_that_of_the_images_is_refused():
    with pytest.raises(
        TrainError, match="`mean` of the data is 0.9000 for channel 0, that of the training images 0.05"
    ):
        normalisation(images_of([10, 14, 18, 14] * 4), Data(source="digits", mean=(0.9,)))


def test_classes_that_the_source_knows_better_are_refused(monkeypatch):
    monkeypatch.setattr(Synthetic, "classes", 10)
    with pytest.raises(TrainError, match="the data have 10 classes, `classes` says 12"):
        synthetic(classes=12)


@pytest.mark.parametrize("chosen", [None, torch.tensor([4, 1, 2])])
def test_rows_are_the_chosen_ones_of_the_whole(chosen):
    whole = torch.arange(12, dtype=torch.uint8).reshape(6, 2)
    rows = Rows(whole, chosen)
    expected = whole if chosen is None else whole[chosen]
    assert len(rows) == len(expected)
    assert (rows.shape, rows.row_bytes) == ((2,), 2)
    assert torch.equal(rows[:], expected)
    assert torch.equal(rows[1:3], expected[1:3])
    assert torch.equal(rows[torch.tensor([2, 0])], expected[[2, 0]])
    assert rows.to(CPU) is rows


@pytest.mark.parametrize("room", [True, False])
def test_rows_move_to_another_device_in_chunks_when_there_is_room(monkeypatch, room):
    """The device called meta has no numbers, and is everywhere."""
    monkeypatch.setattr("fractalgen.training.rows._CHUNK_BYTES", 64)
    monkeypatch.setattr("fractalgen.training.rows._has_room", lambda needed, device: room)
    data = synthetic(count=50)
    moved = data.train.to(torch.device("meta"))
    assert (moved.rows.whole.device.type, len(moved)) == ("meta" if room else "cpu", len(data.train))
    images, labels = moved.batch(torch.tensor([3, 1]))
    assert images.device.type == labels.device.type == "meta"
    assert (images.shape, images.dtype) == ((2, 3, 8, 8), torch.float32)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("room", [True, False])
def test_rows_move_to_a_gpu_when_there_is_room(monkeypatch, room):
    gpu = torch.device("cuda", 0)
    monkeypatch.setattr("fractalgen.training.rows._CHUNK_BYTES", 64)
    if not room:
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (10, 10**9))
    data = synthetic()
    moved = data.train.to(gpu)
    assert moved.rows.whole.is_cuda == room
    index = torch.tensor([5, 0, 7])
    for where, same in ((index, index), (index.to(gpu), index), (slice(3), slice(3))):
        images, labels = moved.batch(where)
        assert images.device == labels.device == gpu
        assert torch.allclose(images.cpu(), data.train.batch(same)[0])


def test_tokens_and_images_tell_their_sizes():
    tokens = Tokens(Rows(torch.zeros(4, 9, dtype=torch.uint8)), 256)
    assert (tokens.shape, tokens.positions, tuple(tokens.probe().shape), len(tokens)) == ((8,), (8,), (1, 8), 4)
    assert int(tokens.probe().max()) == 255
    images = synthetic().train
    assert (images.positions, tuple(images.probe().shape)) == ((), (1, 3, 8, 8))
