"""Folder of a run, or a spec -> what is analysed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from fractalgen.compiler import Network, compile_graph
from fractalgen.compiler.saved import load_saved
from fractalgen.errors import ParameterError, TrainError
from fractalgen.passes import expand
from fractalgen.spec import Spec, load
from fractalgen.spec.data import Data
from fractalgen.training.dataset import Dataset, load_data
from fractalgen.training.initialise import initialise
from fractalgen.training.modes import device_of
from fractalgen.training.preflight import check_network, choose_device
from fractalgen.training.tasks import task_of

Part = Literal["train", "validation"]

BATCH = 100
SEED = 0
"""Of which samples an analysis sees when it does not see all."""


@dataclass(frozen=True)
class SubjectOptions:
    """What a call may set.

    Attributes:
        data: In place of those of the spec.
        sets: Values of a spec that are replaced, and holes that are filled, as PATH=VALUE.
        seed: Of the first weights of a spec that was never trained; None for that of its recipe.
        device: Where; `auto` is the GPU if there is one.
    """

    data: Data | None = None
    sets: tuple[str, ...] = ()
    seed: int | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"


class Subject:
    """A network in evaluation mode, and the data that it may be shown.

    Attributes:
        spec: What it was made of.
        network: On its device.
        seed: Of the first weights of an untrained network; None for a trained one.
    """

    def __init__(self, spec: Spec, network: Network, seed: int | None = None) -> None:
        self.spec = spec
        self.network = network.eval()
        self.seed = seed

    @cached_property
    def dataset(self) -> Dataset:
        """The data; loaded when an analysis first asks for them.

        Raises:
            TrainError: the spec names none, or they do not fit the network.
        """
        if self.spec.data is None:
            raise TrainError("the spec names no data", "Give --data digits, or `data:` in the spec.")
        dataset = load_data(self.spec.data)
        check_network(self.network, dataset, task_of(self.spec.train))
        return dataset

    def batches(self, part: Part, most: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield inputs and targets of training or validation samples as they are, the same ones each time.

        The test set is never read.

        Args:
            part: Which.
            most: How many samples; drawn without replacement where there are more.
        """
        samples = (self.dataset.train if part == "train" else self.dataset.validation).to(device_of(self.network))
        chosen = torch.randperm(len(samples), generator=torch.Generator().manual_seed(SEED))[:most].sort().values
        for start in range(0, len(chosen), BATCH):
            yield samples.batch(chosen[start : start + BATCH].to(samples.device))

    def as_dict(self) -> dict[str, Any]:
        """Return what was analysed, for JSON."""
        data = self.dataset.digest if "dataset" in self.__dict__ else None
        return {"name": self.spec.name, "trained": self.seed is None, "seed": self.seed, "data_digest": data}


def load_subject(place: Path, options: SubjectOptions = SubjectOptions()) -> Subject:
    """Return the trained network of a run's folder, or the untrained one of a spec file.

    The untrained network has the weights that a training of the spec with this seed begins with, so that it is the
    control of that training.

    Raises:
        FractalGenError: there is neither, or an option does not go with it.
    """
    if place.is_dir():
        spec, network = load_saved(place)
        _check_run(options)
        seed = None
    else:
        spec = load(place, list(options.sets)).first()
        seed = spec.train.seed if options.seed is None else options.seed
        network = compile_graph(expand(spec), spec.drop_path, seed)
        initialise(network, spec.train.init, seed)
    if options.data is not None:
        spec = spec.with_section("data", options.data)
    network.to(choose_device(options.device))
    return Subject(spec, network, seed)


def _check_run(options: SubjectOptions) -> None:
    given = {"--set": bool(options.sets), "--seed": options.seed is not None}
    for name, is_given in given.items():
        if is_given:
            raise ParameterError(f"{name} is for a spec, and a run has a network", "Leave it out, or give a spec.")
