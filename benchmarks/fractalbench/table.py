"""The loader: what each training of the table said after each epoch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from fractalgen.spec.holes import Values

from .space import FIGURES
from .write_table import BY_EPOCH

FILE = Path(__file__).parents[1] / "results" / "fractalbench.parquet"


@dataclass(frozen=True)
class Reading:
    """What is known after an epoch of one training.

    Attributes:
        epoch: From 1.
        train_loss: Mean loss of the epoch's steps.
        val_accuracy: Share of the validation images that are right, 0 to 1.
        val_loss: Mean cross-entropy on them.
        seconds: How long the epoch took, validation included.
        test_accuracy: On the test images; None unless the table was loaded with them.
    """

    epoch: int
    train_loss: float
    val_accuracy: float
    val_loss: float
    seconds: float
    test_accuracy: float | None


@dataclass(frozen=True)
class Architecture:
    """One network of the table.

    Attributes:
        fingerprint: Of its graph.
        points: Every point of the space that gives it, each as hole -> value, a choice as its index.
        figures: Of the graph: parameters, macs, depth and more.
        trainings: Seed -> what was read after each epoch.
    """

    fingerprint: str
    points: tuple[Values, ...]
    figures: Mapping[str, int]
    trainings: Mapping[int, tuple[Reading, ...]]

    def mean(self, name: str, epoch: int = -1) -> float:
        """Return the mean over seeds of one figure of a reading, after an epoch from 1 or the last one."""
        found = [float(getattr(known[epoch - (epoch > 0)], name)) for known in self.trainings.values()]
        return sum(found) / len(found)


@dataclass(frozen=True)
class Table:
    """Every network of the space.

    Attributes:
        architectures: By fingerprint.
        made: How the table was made.
    """

    architectures: Mapping[str, Architecture]
    made: Mapping[str, Any]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that every network was trained with."""
        return tuple(next(iter(self.architectures.values())).trainings)

    @property
    def epochs(self) -> int:
        """How many epochs a training has."""
        return len(next(iter(self.architectures.values())).trainings[self.seeds[0]])

    def find(self, which: str | Values) -> Architecture:
        """Return a network by its fingerprint or by any point that gives it.

        Raises:
            LookupError: it is not in the table.
        """
        fingerprint = which if isinstance(which, str) else self._of_points.get(_key(which), "")
        if fingerprint not in self.architectures:
            raise LookupError(f"the table has no network {which!r}. Its holes are {', '.join(self._holes)}.")
        return self.architectures[fingerprint]

    def reading(self, which: str | Values, seed: int, epoch: int) -> Reading:
        """Return what a training said after an epoch, counted from 1.

        Raises:
            LookupError: the network, the seed or the epoch is not in the table.
        """
        trainings = self.find(which).trainings
        if seed not in trainings:
            raise LookupError(f"the table has no seed {seed}. It has {', '.join(map(str, self.seeds))}.")
        if not 1 <= epoch <= self.epochs:
            raise LookupError(f"the table has no epoch {epoch}. It has 1 to {self.epochs}.")
        return trainings[seed][epoch - 1]

    @cached_property
    def _of_points(self) -> Mapping[str, str]:
        return {_key(point): name for name, known in self.architectures.items() for point in known.points}

    @property
    def _holes(self) -> tuple[str, ...]:
        return tuple(next(iter(self.architectures.values())).points[0])


def load(file: Path = FILE, *, with_test: bool = False) -> Table:
    """Return the table in `file`.

    Args:
        file: A parquet file that `make` wrote.
        with_test: Whether readings hold the accuracy on the test images, which no search may choose by.
    """
    found = pq.read_table(file)
    made = json.loads(found.schema.metadata[b"made"])
    architectures: dict[str, Architecture] = {}
    for row in found.to_pylist():
        fingerprint, seed = row["fingerprint"], row["seed"]
        known = architectures.get(fingerprint) or _architecture(row)
        trainings = {**known.trainings, seed: _readings(row, with_test)}
        architectures[fingerprint] = replace(known, trainings=trainings)
    return Table(architectures, made)


def _architecture(row: Mapping[str, Any]) -> Architecture:
    figures = {name: int(row[name]) for name in FIGURES}
    return Architecture(row["fingerprint"], tuple(json.loads(row["points"])), figures, {})


def _readings(row: Mapping[str, Any], with_test: bool) -> tuple[Reading, ...]:
    columns = [row[name] for name in BY_EPOCH]
    found = []
    for epoch, values in enumerate(zip(*columns, strict=True), 1):
        known = dict(zip(BY_EPOCH, values, strict=True))
        test_accuracy = known.pop("test_accuracy")
        found.append(Reading(epoch=epoch, test_accuracy=test_accuracy if with_test else None, **known))
    return tuple(found)


def _key(point: Values) -> str:
    return json.dumps(point, sort_keys=True)
