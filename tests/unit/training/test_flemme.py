"""Flemme's 15 networks: an encoder and an architecture are two words, and every pair builds, trains a step and draws."""

from itertools import product
from pathlib import Path

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand, facts
from fractalgen.passes.enumerate import Enumeration
from fractalgen.spec import load
from fractalgen.spec.task import Task
from fractalgen.spec.train import Train
from fractalgen.training import task_of
from fractalgen.visualize import draw

FILE = Path(__file__).parents[3] / "search_spaces" / "field" / "flemme.yaml"
ENCODERS = ("convolution", "transformer", "state_space")
TASKS = {
    "classifier": "classification",
    "autoencoder": "reconstruction",
    "variational": "reconstruction",
    "segmentation": "segmentation",
    "hierarchical": "segmentation",
}


def graph_of(encoder, architecture, *further):
    words = (f"rules.encoder.body={encoder}", f"rules.architecture.body={architecture}")
    return expand(load(FILE, [*words, *further]).first())


def test_the_space_is_15_networks_that_differ():
    found = Enumeration(load(FILE))
    assert len(list(found)) == found.buildable == found.visited == 15


@pytest.mark.parametrize(("encoder", "architecture"), [*product(ENCODERS, TASKS)])
def test_every_pair_builds_trains_a_step_and_draws(encoder, architecture, tmp_path):
    graph = graph_of(encoder, architecture, "network.input=[1, 16, 16]")
    assert draw(graph, tmp_path / "net.svg").stat().st_size > 1000
    network = compile_graph(graph, seed=0).train()
    task = task_of(Train(task=Task.model_validate(TASKS[architecture])))
    images = torch.randn(2, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    targets = torch.zeros(2, dtype=torch.int64) if architecture == "classifier" else images[:, 0] > 0
    outputs = network(images)
    loss = task.loss(outputs if isinstance(outputs, tuple) else (outputs,), images, targets.long())
    loss.backward()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    unreached = [name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()]
    optimizer.step()
    assert unreached == []
    assert torch.isfinite(loss)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_heads_of_the_hierarchy_have_exactly_a_half_and_a_quarter_of_the_size(encoder):
    graph = graph_of(encoder, "hierarchical", "network.input=[1, 48, 48]")
    assert facts(graph).outputs == ("2x48x48", "2x12x12", "2x24x24")


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_hierarchy_costs_at_most_2_percent_more_parameters(encoder):
    plain, more = (facts(graph_of(encoder, each)).parameters for each in ("segmentation", "hierarchical"))
    assert 1 <= more / plain < 1.02


def test_the_moments_are_an_output_of_the_variational_autoencoder_alone():
    assert facts(graph_of("convolution", "variational")).outputs == ("1x32x32", "8x8x8")
    assert facts(graph_of("convolution", "autoencoder")).outputs == ("1x32x32",)
