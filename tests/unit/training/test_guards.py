"""Each guard fires where it should, and nowhere else."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.data import Data
from fractalgen.spec.train import Train
from fractalgen.training import Repeats, fit, load_data
from fractalgen.training.guards import GradientWatch, check_start, depends_on_order, missing_ops
from fractalgen.training.guards.repeats import find_repeats
from fractalgen.training.score import Guards, Score, read_score

SPEC = """
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: 2, unit: {UNIT: {out: 4}}, end: max_pool}
      - dropout: {rate: 0}
      - global_avg_pool
      - linear: {out: 10}
"""
IMAGES = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def graph(unit="conv_bn_relu"):
    return expand(load_text(SPEC.replace("UNIT", unit)))


@pytest.fixture(scope="module")
def synthetic():
    return load_data(Data(source="synthetic", count=100, shape=(1, 8, 8)))


def test_a_network_that_is_what_its_spec_says_has_no_problem():
    network = compile_graph(graph())
    assert check_start(network, IMAGES).problems == ()
    # The dropout of rate 0 and the joins of one input do nothing, so nothing is lost with them.
    assert missing_ops(graph(), network, IMAGES) == ()


def test_a_kind_of_op_that_never_reached_the_network_is_named():
    network = compile_graph(graph("conv"))
    guards = replace(Guards(), missing_ops=missing_ops(graph(), network, IMAGES))
    assert guards.problems == (
        "batch_norm is declared, but the network does not run it",
        "relu is declared, but the network does not run it",
    )


def test_a_node_of_the_graph_that_does_not_run_is_named():
    network = compile_graph(graph())
    del network.get_submodule("fractal.conv_bn_relu_2").batch_norm
    guards = check_start(network, IMAGES)
    assert guards.missing_ops == ("batch_norm at fractal.conv_bn_relu_2.batch_norm",)


class Relative(nn.Module):
    """Normalises by the batch, in evaluation too: what it says of an image depends on the others."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        x = x.flatten(1)
        return self.head(x - x.mean(0))


class Remembering(Relative):
    """Adds up what it has seen."""

    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen += len(x)
        return self.head(x.flatten(1)) + torch.arange(10) * self.seen


@pytest.mark.parametrize("kind", [Relative, Remembering])
def test_answers_that_depend_on_order_or_company_are_found(kind):
    assert depends_on_order(kind(), IMAGES)
    assert replace(Guards(), order_dependent=True).problems == (
        "answers depend on the order in which images and columns are evaluated",
    )


@pytest.mark.parametrize("mode", [True, False])
def test_answers_of_a_network_and_its_columns_do_not_and_its_mode_stays(mode):
    network = compile_graph(graph()).train(mode)
    assert not depends_on_order(network, IMAGES)
    assert all(module.training is mode for module in network.modules())


def test_a_run_reports_what_depends_on_order(synthetic):
    guards = fit(Relative(), Train(epochs=1, lr=0.01), synthetic).guards
    assert guards.order_dependent
    assert not fit(compile_graph(graph()), Train(epochs=1), synthetic).guards.order_dependent


def test_parts_of_the_data_have_nothing_in_common(synthetic):
    found = find_repeats(synthetic, synthetic.final_test())
    assert found == (
        Repeats("validation", "training", 0, len(synthetic.validation)),
        Repeats("test", "validation", 0, 25),
        Repeats("test", "training", 0, 25),
    )
    assert replace(Guards(), repeats=found).problems == ()


def test_a_test_set_that_is_the_validation_set_is_found(synthetic):
    count = len(synthetic.validation)
    guards = replace(Guards(), repeats=find_repeats(synthetic, synthetic.validation))
    assert guards.problems == (f"{count} of {count} test samples are also validation samples",)


def test_a_few_repeats_are_those_of_published_data():
    assert Repeats("test", "training", 100, 10_000).problem == ""
    assert Repeats("test", "training", 101, 10_000).problem == "101 of 10,000 test samples are also training samples"


def test_windows_of_tokens_are_compared_too(tmp_path):
    (tmp_path / "book.txt").write_text(" ".join(f"{number**5:x}" for number in range(400)))
    data = load_data(Data(source="tokens", path=str(tmp_path / "book.txt"), length=16))
    assert [each.count for each in find_repeats(data, data.final_test())] == [0, 0, 0]
    assert find_repeats(data, data.train)[2].count == len(data.train)


def test_a_gradient_is_looked_for_at_every_place_of_a_sequence():
    network = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5))
    tokens = torch.randint(0, 5, (2, 7))
    assert GradientWatch(network).unreached((tokens, tokens)) == ()


def test_guards_survive_a_checkpoint():
    guards = Guards(("a",), missing_ops=("b",), order_dependent=True, repeats=(Repeats("test", "training", 1, 2),))
    plain = {
        "epochs": [],
        "stopped": False,
        "guards": {**guards.as_dict()},
    }
    del plain["guards"]["problems"]
    assert read_score(plain) == Score((), guards)
