from __future__ import annotations

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.supernet import Supernet
from fractalgen.errors import CompileError, ParameterError
from fractalgen.passes import expand, facts
from fractalgen.spec import load_text

SPEC = """
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal:
          columns: {int: [1, 3]}
          unit: {conv_bn_relu: {out: {choice: [4, 8, 12]}}}
          join: {choice: [mean, learned, gate, {hyper_connection: {dynamic: true}}, manifold, {concat: {project: true}}]}
      - {choice: [identity, squeeze_excite, {conv: {kernel: {choice: [1, 3]}}}]}
      - global_avg_pool
      - {linear: {out: 10}}
"""
X = torch.randn(6, 1, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def spec():
    return load_text(SPEC)


@pytest.fixture
def points(spec):
    found = list(spec.space.points())
    return found[:: len(found) // 12]


def shifted(supernet):
    """Change every weight of the chosen network, as a training step would."""
    with torch.no_grad():
        for parameter in supernet.network.parameters():
            parameter.add_(0.1)
    supernet.save()


def test_an_extracted_network_gives_the_logits_of_the_supernet_to_the_last_bit(spec, points):
    supernet = Supernet(spec)
    for values in points:
        supernet.set_choice(values)
        shifted(supernet)
    for values in points:
        supernet.set_choice(values)
        alone = supernet.extract(values).eval()
        supernet.network.eval()
        supernet.network.recalibrate([X])
        alone.recalibrate([X])
        assert torch.equal(supernet(X), alone(X))


def test_a_choice_is_the_graph_of_the_filled_spec(spec, points):
    supernet = Supernet(spec)
    for values in points:
        supernet.set_choice(values)
        filled = expand(spec.fill(values))
        assert facts(supernet.network.graph).fingerprint == facts(filled).fingerprint


def test_first_weights_do_not_depend_on_the_order_of_choices(spec, points):
    one, other = Supernet(spec), Supernet(spec)
    for values in points:
        one.set_choice(values)
    for values in reversed(points):
        other.set_choice(values)
        one.set_choice(values)
        for a, b in zip(one.network.parameters(), other.network.parameters(), strict=True):
            assert torch.equal(a, b)


def test_another_seed_gives_other_first_weights(spec, points):
    one, other = (next(Supernet(spec, seed=seed).set_choice(points[0]).network.parameters()) for seed in (1, 2))
    assert not torch.equal(one, other)


def test_choosing_changes_nothing_in_the_store(spec, points):
    supernet = Supernet(spec)
    supernet.set_choice(points[0])
    supernet.save()
    before = {key: slot["weight"].clone() for key, slot in supernet.store.slots.items()}
    for values in points:
        supernet.set_choice(values)
    assert before.keys() == supernet.store.slots.keys()
    assert all(torch.equal(before[key], slot["weight"]) for key, slot in supernet.store.slots.items())


def test_the_store_is_as_large_as_the_largest_network_needs_and_no_sum_of_all(spec):
    supernet = Supernet(
        load_text(SPEC.replace("[4, 8, 12]", "[12, 4]").replace("columns: {int: [1, 3]}", "columns: 3"))
    )
    wide = supernet.set_choice(supernet.spec.space.first())
    supernet.save()
    assert supernet.store.parameters == wide.parameters
    supernet.set_choice({**supernet.spec.space.first(), "network.body.sequence[0].fractal.unit.conv_bn_relu.out": 1})
    supernet.save()
    assert supernet.store.parameters == wide.parameters


def test_what_one_network_learns_another_has(spec):
    supernet = Supernet(spec)
    first = spec.space.first()
    supernet.set_choice(first)
    shifted(supernet)
    learned = supernet.store.slots
    more = {**first, next(iter(first)): 3}
    subnet = supernet.set_choice(more)
    assert len(subnet.keys & learned.keys()) >= len(learned) - 1
    fresh = Supernet(spec)
    fresh.set_choice(more)
    weights = [next(net.network.parameters()) for net in (supernet, fresh)]
    assert torch.allclose(weights[0], weights[1] + 0.1)


def test_an_op_that_cannot_be_cut_has_weights_for_each_width():
    body = "{sequence: [{linear: {out: {choice: [8, 16]}}}, {attention: {heads: 2}}]}"
    supernet = Supernet(load_text(f"network: {{input: [4, 8], body: {body}}}"))
    points = list(supernet.spec.space.points())
    keys = [{key for key in supernet.set_choice(values).keys if "attention" in key} for values in points]
    assert keys[0].isdisjoint(keys[1])


def test_an_ordinary_network_has_the_parameters_of_the_choice(spec, points):
    supernet = Supernet(spec)
    for values in points:
        subnet = supernet.set_choice(values)
        plain = compile_graph(expand(spec.fill(values)))
        assert subnet.parameters == sum(parameter.numel() for parameter in plain.parameters())


def test_nothing_runs_before_something_is_chosen(spec):
    with pytest.raises(CompileError, match=r"nothing is chosen in the supernet. Call set_choice"):
        Supernet(spec)(X)


def test_a_value_that_no_hole_takes_is_named(spec):
    values = {**spec.space.first(), "network.body.sequence[0].fractal.columns": 9}
    with pytest.raises(ParameterError, match=r"takes 1 to 3, found 9"):
        Supernet(spec).set_choice(values)
