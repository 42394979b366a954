"""No part of the data is another one."""

from __future__ import annotations

from fractalgen.training.dataset import Dataset
from fractalgen.training.overlap import count_repeats
from fractalgen.training.samples import Samples
from fractalgen.training.score import Repeats


def find_repeats(dataset: Dataset, test: Samples | None = None) -> tuple[Repeats, ...]:
    """Return how many validation samples are training samples, and how many of `test` are either, bit for bit."""
    pairs = [("validation", dataset.validation, "training", dataset.train)]
    if test is not None:
        pairs += [("test", test, "validation", dataset.validation), ("test", test, "training", dataset.train)]
    return tuple(
        Repeats(of, among, count_repeats(some.rows, others.rows), len(some)) for of, some, among, others in pairs
    )
