"""A small space over digits, and shared weights of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from fractalgen.search.candidate import realize
from fractalgen.search.weight_sharing.paths import Paths
from fractalgen.search.weight_sharing.train import SupernetRun
from fractalgen.spec import Spec, load_text
from fractalgen.spec.train import Train
from fractalgen.training import Dataset, load_data, resolve_data

SPACE = """
name: small
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal:
          columns: {int: [1, 3]}
          unit: {conv_bn_relu: {out: {choice: [4, 8]}}}
          join: {choice: [mean, {concat: {project: true}}]}
          end: max_pool
      - global_avg_pool
      - {linear: {out: 10}}
data: digits
"""
RECIPE = {"epochs": 2, "batch": 256, "lr": 0.1, "weight_decay": 0.01}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def spec() -> Spec:
    return load_text(SPACE)


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return load_data(resolve_data("digits"))


@pytest.fixture
def make_run(tmp_path: Path, dataset: Dataset) -> Callable[..., SupernetRun]:
    def make(
        spec: Spec, recipe: Mapping[str, Any] | None = None, folder: str = "shared", **options: Any
    ) -> SupernetRun:
        paths = Paths(spec.space, lambda values: realize(spec, values, ""), (), seed=0)
        trained = Train.model_validate({**RECIPE, **(recipe or {})})
        owner = {"space": spec.space.digest, "recipe": trained.model_dump_json()}
        return SupernetRun(spec, trained, dataset, paths, owner, tmp_path / folder, "cpu", **options)

    return make
