"""Data split for training and validation, with the test set out of reach until the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import torch

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training.labels import (
    check_highest,
    check_test_labels,
    count_classes,
    count_pixel_classes,
    count_tokens,
    declared_number,
)
from fractalgen.training.overlap import warn_of_repeats
from fractalgen.training.rows import Rows
from fractalgen.training.samples import Images, Masks, Samples, Tokens
from fractalgen.training.sources import Labelled, Masked, Source, Windows
from fractalgen.training.sources.find import find_source
from fractalgen.training.split import split, split_sequence
from fractalgen.training.statistics import normalisation

_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a network is trained and scored on.

    The test set is not in here: it is read when `final_test` is called, which only the last step of a training run,
    `evaluate`, and the end of a search do.

    Attributes:
        train: To train on.
        validation: To choose by.
        classes: How many classes there are; of a sequence, how many tokens.
        digest: Of the content, the split and the normalisation.
    """

    train: Samples
    validation: Samples
    classes: int
    digest: str
    _source: Source = field(repr=False)

    def final_test(self) -> Samples:
        """Return the test set, for the one evaluation after which nothing is chosen any more.

        Raises:
            TrainError: it cannot be read, or does not fit the training set.
        """
        found = self._source.test()
        if isinstance(self.train, Images) and isinstance(found, Labelled):
            self._check_shape(tuple(found.images.shape[1:]))
            check_test_labels(found.labels, self.classes)
            # Images are stored grey when all of them are.
            images = found.images.expand(-1, self.train.shape[0], -1, -1)
            warn_of_repeats(images, self.train.rows.whole)
            return replace(self.train, rows=Rows(images), labels=found.labels)
        if isinstance(self.train, Masks) and isinstance(found, Masked):
            self._check_shape(tuple(found.images.shape[1:]))
            check_test_labels(found.masks.flatten(), self.classes)
            warn_of_repeats(found.images, self.train.rows.whole)
            return replace(self.train, rows=Rows(found.images), masks=Rows(found.masks))
        if isinstance(self.train, Tokens) and isinstance(found, Windows):
            highest = _highest(found)
            if highest >= self.classes:
                raise TrainError(f"the test set has a token {highest}, the tokens end at {self.classes - 1}")
            return replace(self.train, rows=Rows(found.tokens))
        raise TypeError(f"{type(self._source).__name__} returned data of two kinds")

    def class_names(self) -> tuple[str, ...] | None:
        """Return what the classes are called, in their order; None where the data do not say, or not of each."""
        names = self._source.class_names()
        return tuple(names) if names is not None and len(names) == self.classes else None

    def check_test(self) -> None:
        """Check what can be known of the test set without reading it.

        Raises:
            TrainError: `final_test` would fail.
        """
        glance = self._source.glance()
        if glance is None:
            return
        self._check_shape(glance.shape)
        if glance.highest is not None:
            check_highest(glance.highest, self.classes)

    def _check_shape(self, shape: tuple[int, ...]) -> None:
        if shape != self.train.shape and not (shape[0] == 1 and shape[1:] == self.train.shape[1:]):
            sizes = ["x".join(map(str, each)) for each in (shape, self.train.shape)]
            raise TrainError(f"the test images are {sizes[0]}, the training images {sizes[1]}")


def load_data(data: Data) -> Dataset:
    """Return the training and validation sets that `data` describe.

    Raises:
        FractalGenError: they are not there, cannot be read, or are too few; or the test set does not fit them.
    """
    dataset = _load(data)
    dataset.check_test()
    return dataset


def _load(data: Data) -> Dataset:
    source = find_source(data)
    chosen = (data.val_fraction, data.seed, data.classes, data.mean, data.std)
    digest = hashlib.sha256(f"{source.digest()} {chosen!r}".encode()).hexdigest()
    found = source.train()
    if isinstance(found, Windows):
        train, validation, vocabulary = _tokens(found, data)
        return Dataset(train, validation, vocabulary, digest, source)
    if isinstance(found, Masked):
        return _masked(found, data, digest, source)
    images, held_out, classes = _images(found, data, source.classes)
    return Dataset(images, held_out, classes, digest, source)


def _images(found: Labelled, data: Data, known: int | None) -> tuple[Images, Images, int]:
    classes = count_classes(found.labels, declared_number(data.classes, known))
    kept, cut = split(found.labels, data.val_fraction, data.seed)
    mean, std = normalisation(Rows(found.images, kept), data)
    train, validation = (Images(Rows(found.images, part), found.labels[part], mean, std) for part in (kept, cut))
    return train, validation, classes


def _masked(found: Masked, data: Data, digest: str, source: Source) -> Dataset:
    classes = count_pixel_classes(found.masks, declared_number(data.classes, source.classes))
    # Neighbours are parts of one picture, and show the same things.
    kept, cut = split_sequence(len(found.images), data.val_fraction, data.seed)
    mean, std = normalisation(Rows(found.images, kept), data)
    train, validation = (Masks(Rows(found.images, part), Rows(found.masks, part), mean, std) for part in (kept, cut))
    return Dataset(train, validation, classes, digest, source)


def _tokens(found: Windows, data: Data) -> tuple[Tokens, Tokens, int]:
    count = len(found.tokens)
    if count < 2:
        raise TrainError(
            "one window of tokens cannot be split for training and validation", "Give more text, or a smaller `length`."
        )
    vocabulary = count_tokens(_highest(found), declared_number(data.classes, found.vocabulary, "tokens"))
    kept, cut = split_sequence(count, data.val_fraction, data.seed)
    train, validation = (Tokens(Rows(found.tokens, part), vocabulary) for part in (kept, cut))
    return train, validation, vocabulary


def _highest(found: Windows) -> int:
    rows = range(0, len(found.tokens), _CHUNK)
    return max(int((found.tokens[start : start + _CHUNK].to(torch.int32) & 0xFFFF).max()) for start in rows)
