from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.search.proxies import PROXIES
from fractalgen.search.proxies.measure import BATCH, measure
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.training import load_data

TEXT = """
name: small
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: 3, unit: {conv_bn_relu: {out: 4}}, end: max_pool}
      - dropout: {rate: 0.5}
      - global_avg_pool
      - linear: {out: 10}
drop_path: {rate: RATE}
train: {epochs: 1}
"""


@dataclass(frozen=True)
class TrainingOnly:
    """A dataset whose other parts nobody may look at."""

    train: Any

    @property
    def validation(self):
        raise AssertionError("proxies look at validation data")


@pytest.fixture(scope="module")
def digits():
    return TrainingOnly(load_data(Data(source="digits")).train)


def spec(rate=0.0):
    return load_text(TEXT.replace("RATE", str(rate)))


@pytest.mark.parametrize("name", list(PROXIES))
def test_a_proxy_gives_one_finite_number_twice_and_drops_nothing(name, digits):
    before = torch.random.get_rng_state()
    found = measure(spec(), [name], digits, "cpu")
    assert math.isfinite(found[name])
    assert measure(spec(0.9), [name], digits, "cpu") == found
    assert torch.equal(torch.random.get_rng_state(), before)


def test_one_proxy_does_not_change_what_the_next_one_sees(digits):
    together = measure(spec(), list(PROXIES), digits, "cpu")
    assert together == {name: measure(spec(), [name], digits, "cpu")[name] for name in PROXIES}


def test_every_network_is_asked_about_the_same_training_samples(digits):
    seen = []

    class Watched:
        def __len__(self):
            return len(digits.train)

        def batch(self, index):
            seen.append(index.tolist())
            return digits.train.batch(index)

    for rate in (0.0, 0.5):
        measure(spec(rate), ["synflow"], replace(digits, train=Watched()), "cpu")
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == BATCH


def test_synflow_of_a_compiled_net_is_the_product_of_its_layers_summed_over_its_ways(digits):
    """Without norms and with absolute weights, a net of C columns is linear for positive inputs."""
    plain = load_text(
        "name: plain\nnetwork:\n  input: [1, 8, 8]\n  body:\n    sequence:\n"
        "      - {conv_bn_relu: {out: 3}}\n      - global_avg_pool\n      - {linear: {out: 10}}\n"
    )
    network = compile_graph(expand(plain), seed=plain.train.seed)
    weights = {name: weight.detach().double().abs() for name, weight in network.named_parameters()}
    conv = next(weight for name, weight in weights.items() if weight.ndim == 4)
    linear = next(weight for name, weight in weights.items() if weight.ndim == 2)
    image = torch.nn.functional.conv2d(torch.ones(1, 1, 8, 8, dtype=torch.double), conv, padding=1)
    flow = float((linear * image.mean((2, 3))).sum())
    assert measure(plain, ["synflow"], digits, "cpu")["synflow"] == pytest.approx(2 * flow, rel=1e-9)
