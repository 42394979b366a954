"""The test set is out of reach until the end, and fits the training set then."""

import ast
import logging
from pathlib import Path

import numpy as np
import pytest
import torch

from fractalgen import training
from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training import load_data
from fractalgen.training.overlap import warn_of_repeats
from fractalgen.training.samples import Images
from fractalgen.training.sources import SOURCES, Labelled, Source, Windows


def synthetic(**more):
    return load_data(Data(source="synthetic", **more))


class Fixed(Source):
    """Returns what a test made."""

    def __init__(self, train, test):
        self._train, self._test = train, test

    def digest(self):
        return ""

    def train(self):
        return self._train

    def test(self):
        return self._test


def labelled(shape=(1, 2, 2), labels=(0, 1) * 4):
    pixels = np.random.RandomState(len(labels)).randint(0, 256, (len(labels), *shape)).astype(np.uint8)
    return Labelled(torch.from_numpy(pixels), torch.tensor(labels))


@pytest.fixture
def fixed(monkeypatch):
    def load(train, test):
        monkeypatch.setattr("fractalgen.training.dataset.find_source", lambda _: Fixed(train, test))
        return load_data(Data(source="digits"))

    return load


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (labelled((1, 2, 3)), "the test images are 1x2x3, the training images 1x2x2"),
        (labelled((3, 2, 2)), "the test images are 3x2x2, the training images 1x2x2"),
        (labelled(labels=(0, 2)), "the test images have a label 2, the training images end at 1"),
        (labelled(labels=(0, -1)), "the test images have a label -1"),
    ],
)
def test_a_test_set_that_does_not_fit_is_named(fixed, test, message):
    with pytest.raises(TrainError, match=message):
        fixed(labelled(), test).final_test()


def test_grey_test_images_fit_colour(fixed):
    assert fixed(labelled((3, 2, 2)), labelled()).final_test().shape == (3, 2, 2)


def test_a_test_set_has_the_normalisation_of_the_training_images(fixed):
    data = fixed(labelled(), labelled(labels=(0, 1)))
    test = data.final_test()
    assert torch.equal(test.mean, data.train.mean)
    assert torch.equal(test.std, data.train.std)


def test_a_source_that_returns_two_kinds_is_a_defect(fixed):
    with pytest.raises(TypeError, match="Fixed returned data of two kinds"):
        fixed(labelled(), Windows(torch.zeros(3, 3, dtype=torch.uint8), 256)).final_test()


def test_test_images_that_were_trained_on_are_counted(fixed, caplog):
    same = labelled()
    with caplog.at_level(logging.WARNING, "fractalgen"):
        fixed(same, same).final_test()
    (record,) = caplog.records
    assert record.getMessage().startswith("warning: 8 of 8 test images are also in the training set")


def test_images_that_differ_by_one_bit_are_not_the_same(caplog):
    images = torch.from_numpy(np.random.RandomState(0).randint(0, 256, (200, 3, 5, 5)).astype(np.uint8))
    other = images.clone()
    other[:, 1, 2, 3] ^= 1
    with caplog.at_level(logging.WARNING, "fractalgen"):
        warn_of_repeats(other, images)
        warn_of_repeats(torch.cat([images[:2], other[2:]]), images)
    assert caplog.records == []
    with caplog.at_level(logging.WARNING, "fractalgen"):
        warn_of_repeats(torch.cat([images[:3], other[3:]]), images)
    assert caplog.records[0].getMessage().startswith("warning: 3 of 200 test images")


def calls_of(name):
    """Return the files of the package that call a method of that name."""
    root = Path(training.__file__).parents[1]
    found = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                found.add(file.relative_to(root).as_posix())
    return found


def test_only_the_last_step_of_a_run_and_the_end_of_a_search_ask_for_the_test_set():
    """A new caller must be thought about here: nothing may be chosen after it."""
    assert calls_of("final_test") <= {"training/run.py", "training/evaluation/saved.py", "search/evaluation.py"}
    assert calls_of("test") == {"training/dataset.py"}


def test_a_dataset_holds_the_test_set_nowhere():
    data = synthetic()
    reached = [value for value in vars(data).values() if not isinstance(value, Source)]
    assert [type(value) for value in reached] == [Images, Images, int, str]


@pytest.mark.parametrize("source", [name for name in SOURCES if name not in ("coins", "digits", "synthetic")])
def test_every_source_with_files_looks_at_its_test_set_before_a_run(source):
    assert SOURCES.get(source).glance is not Source.glance
