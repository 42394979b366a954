"""The cells of Genetic Network Architecture Search (arXiv 1907.02871) and their shared weights."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
import torch

from fractalgen.compiler.supernet import Supernet
from fractalgen.passes import expand, facts
from fractalgen.search.candidate import draw_point
from fractalgen.search.weight_sharing.score import shared_score
from fractalgen.search.weight_sharing.step import SharedStep
from fractalgen.spec import load
from fractalgen.spec.train import Train

FILE = Path(__file__).parents[4] / "search_spaces" / "field" / "genetic_nas.yaml"
SMALL = ["network.input=[1, 8, 8]", "network.body.sequence[0].graph.nodes.stem.of.conv_bn.out=4"]
TWO_STAGES = "network.body.sequence[0].graph.output=b1"
"""Four cells, which read all genes."""
SEPARABLE, IDENTITY = 0, 2


@pytest.fixture(scope="module")
def cells():
    return load(FILE, SMALL)


def chain(space, op=IDENTITY):
    """Return the point whose nodes each read the one before, twice: only the last one is a loose end."""
    return space.decide(lambda hole: op if ".of." in hole.name else int(hole.high))


def fan(space, op=IDENTITY):
    """Return the point whose nodes all read the cell's input: all five are loose ends."""
    return space.decide(lambda hole: op if ".of." in hole.name else 0)


def test_there_are_58_genes_and_3_6e36_points(cells):
    """Node k of five reads two of k + 1 values (first cell: k) and has two of five ops."""
    two_inputs, first = math.factorial(6) ** 2 * 5**10, math.factorial(5) ** 2 * 5**10
    assert len(cells.space.holes) == 58
    assert all(not hole.under for hole in cells.space.holes)
    assert cells.space.raw == first * two_inputs**2
    assert f"{cells.space.raw:.1e}" == "3.6e+36"


def test_what_no_node_reads_is_mapped_back_by_one_slice_a_node(cells):
    def ends(point):
        graph = expand(cells.fill(point))
        joins = [index for index, node in enumerate(graph.nodes) if node.kind == "concat"]
        return [len(graph.nodes[index].inputs) for index in joins], [
            graph.nodes[index].part.cost(graph.input_types(index)).parameters for index in joins
        ]

    widths = [4, 4, 8, 8, 8, 16, 16, 16]
    assert ends(chain(cells.space)) == ([1] * 8, [width**2 for width in widths])
    assert ends(fan(cells.space)) == ([5] * 8, [5 * width**2 for width in widths])


def test_the_network_of_a_point_has_the_parameters_of_a_count_by_hand(cells):
    """Stem, four projections, eight slices with their norms, head; the ops of this point have none."""
    widths = [4, 4, 8, 8, 8, 16, 16, 16]
    stem = 9 * 4 + 2 * 4
    shrinks = 2 * (4 * 8 + 2 * 8) + 2 * (8 * 16 + 2 * 16)
    ends = sum(width**2 + 2 * width for width in widths)
    assert facts(expand(cells.fill(chain(cells.space)))).parameters == stem + shrinks + ends + 16 * 10 + 10


RECIPE = Train(epochs=2, batch=64, lr=0.1, weight_decay=0.01)


def taken(store):
    return {
        (key, name): torch.as_tensor(value).clone() for key, slot in store.slots.items() for name, value in slot.items()
    }


@pytest.fixture(scope="module")
def few():
    return load(FILE, [*SMALL, TWO_STAGES])


@pytest.fixture(scope="module")
def trained(few, dataset):
    """A supernet whose weights have momentum, and what takes a step of one of its points."""
    supernet = Supernet(few)

    def step(point, index):
        subnet = supernet.set_choice(point)
        SharedStep(subnet, RECIPE, dataset, seed=0).take(supernet.store, 1, index)
        return subnet

    for index, point in enumerate((fan(few.space, SEPARABLE), chain(few.space, SEPARABLE))):
        step(point, index)
    return supernet, step


def test_only_what_a_network_has_moves_in_its_step_to_the_last_bit(few, trained):
    supernet, step = trained
    before = taken(supernet.store)
    used = step(chain(few.space, SEPARABLE), 2).keys
    after = taken(supernet.store)
    idle = [key for key in before if key[0] not in used]
    assert idle
    assert {name for _, name in idle} == {"weight", "momentum_buffer"}
    assert all(torch.equal(before[key], after[key]) for key in idle)
    assert all(not torch.equal(before[key], after[key]) for key in before if key[0] in used and key[1] == "weight")


def test_a_node_keeps_its_slice_of_the_1x1_whatever_else_is_loose(few, trained):
    supernet, step = trained
    kernels = [key for key in supernet.store.slots if "/concat " in key and " weight of " in key]
    chained = step(chain(few.space, SEPARABLE), 3).keys & set(kernels)
    fanned = step(fan(few.space, SEPARABLE), 4).keys & set(kernels)
    assert (len(chained), len(fanned)) == (4, 20)
    assert chained < fanned


def test_what_shared_weights_say_does_not_depend_on_the_order_in_which_they_are_asked(few, trained, dataset):
    draw = random.Random(0)
    supernet, _ = trained
    points = [draw_point(few.space, draw) for _ in range(3)]
    before = taken(supernet.store)

    def scores(order):
        asked = Supernet(few, supernet.store)
        return {index: ask(asked, points[index]) for index in order}

    def ask(asked, point):
        return shared_score(asked.set_choice(point).network, dataset, 128, seed=0)

    assert scores([0, 1, 2]) == scores([2, 1, 0, 1])
    after = taken(supernet.store)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
