"""A spec and data -> the figures of proxies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import torch

from fractalgen.compiler import Network, compile_graph
from fractalgen.passes import expand
from fractalgen.search.proxies import PROXIES
from fractalgen.spec import Spec
from fractalgen.training import Dataset
from fractalgen.training.initialise import initialise
from fractalgen.training.preflight import choose_device

BATCH = 64
"""Training samples that proxies look at, the same for every network."""


def measure(
    spec: Spec, names: Iterable[str], dataset: Dataset, device: Literal["auto", "cpu", "cuda"] = "auto"
) -> dict[str, float]:
    """Return what proxies say of a plain spec, each of an untrained network of its own with the recipe's first weights.

    Args:
        spec: Without holes.
        names: Of the proxies.
        dataset: Only its training samples are looked at, without augmentation.
        device: Where it is computed.
    """
    place = choose_device(device)
    draw = torch.Generator().manual_seed(spec.train.seed)
    chosen = torch.randperm(len(dataset.train), generator=draw)[:BATCH].sort().values
    inputs, targets = (tensor.to(place) for tensor in dataset.train.batch(chosen))
    scores = {}
    for name in names:
        with torch.random.fork_rng(devices=[]):
            scores[name] = PROXIES.get(name)().score(_untrained(spec).to(place), inputs, targets)
    return scores


def _untrained(spec: Spec) -> Network:
    network = compile_graph(expand(spec), drop_path=spec.drop_path, seed=spec.train.seed)
    initialise(network, spec.train.init, spec.train.seed)
    return network.eval()
