"""What every join promises, for every registered name; each has its NumPy twin."""

import numpy as np
import pytest
import torch

from fractalgen.errors import ShapeError
from fractalgen.ir.joins import JOINS
from fractalgen.ir.parts import make
from fractalgen.ir.types import TensorType


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def project(kernel, parts, kept, widths):
    starts = np.cumsum([0, *widths])
    columns = np.concatenate([kernel[:, starts[i] : starts[i + 1]] for i in kept], 1)
    return np.einsum("oc,bchw->bohw", columns, np.concatenate(parts, 1))


def gated(module, parts, kept):
    scores = [
        part.mean((2, 3)) @ module.score[i].weight.detach().numpy()[0] + module.score[i].bias.item()
        for part, i in zip(parts, kept, strict=True)
    ]
    weights = np.apply_along_axis(softmax, 0, np.stack(scores))
    return sum(part * weight[:, None, None, None] for part, weight in zip(parts, weights, strict=True))


def layer_norm(rows, norm):
    centred = rows - rows.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + norm.eps)
    return scaled * norm.weight.detach().numpy() + norm.bias.detach().numpy()


def scaled(module, parts, kept):
    total = 0
    for part, i in zip(parts, kept, strict=True):
        said = np.tanh(layer_norm(np.moveaxis(part, 1, -1), module.norm) @ module.features.detach().numpy()[:, 0])
        total = total + part * (module.scales[i].item() + module.gate.item() * said)[:, None]
    return total / len(parts)


def mixed(module, parts, kept):
    features = np.moveaxis(np.concatenate(parts, 1), 1, -1)
    features = features / np.sqrt((features**2).mean(-1, keepdims=True) + np.finfo(features.dtype).eps)
    blocks = module.projection.detach().numpy().reshape(3, 3, -1)
    table = np.block([[blocks[i, j] for j in kept] for i in kept])
    logits = module.gate.item() * features @ table.T + module.bias.detach().numpy()[list(kept)]
    weights = np.apply_along_axis(softmax, -1, logits)
    return sum(part * weights[..., i][:, None] for i, part in enumerate(parts))


TWINS = {
    "gate": lambda parts, kept, module: gated(module, parts, kept),
    "hyper_connection": lambda parts, kept, module: scaled(module, parts, kept) if len(kept) > 1 else parts[0],
    "manifold": lambda parts, kept, module: mixed(module, parts, kept),
    "mean": lambda parts, kept, module: np.mean(parts, 0),
    "shake": lambda parts, kept, module: np.mean(parts, 0),
    "sum": lambda parts, kept, module: np.sum(parts, 0),
    "max": lambda parts, kept, module: np.max(parts, 0),
    "learned": lambda parts, kept, module: np.tensordot(
        softmax(module.logits.detach().numpy()[list(kept)]), np.stack(parts), 1
    ),
    "concat": lambda parts, kept, module: project(module.weight.detach().numpy(), parts, kept, module.widths),
}
ARGUMENTS = {"concat": {"project": True}, "hyper_connection": {"dynamic": True}}
INPUTS = (TensorType((4, 3, 5)),) * 3
KEPT = [(0, 1, 2), (0, 2), (1, 2), (1,), (2,)]


def built(name, inputs=INPUTS, **more):
    join = make(JOINS.get(name), name, {**ARGUMENTS.get(name, {}), **more}).resolved(inputs)
    torch.manual_seed(1)
    module = join.build(inputs).double().eval()  # while training, a shake is random
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    return join, module


def values(inputs=INPUTS):
    torch.manual_seed(0)
    return [torch.randn(2, *type_.shape, dtype=torch.float64) for type_ in inputs]


def test_every_registered_join_has_a_twin():
    assert set(TWINS) == set(JOINS)


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("name", sorted(TWINS))
def test_a_join_over_survivors_equals_its_numpy_twin(name, kept):
    _, module = built(name)
    parts = [value for i, value in enumerate(values()) if i in kept]
    expected = TWINS[name]([part.numpy() for part in parts], kept, module)
    np.testing.assert_allclose(module(parts, kept).detach().numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("name", sorted(TWINS))
def test_the_inferred_type_and_cost_are_those_of_the_module(name):
    join, module = built(name)
    output = module(values(), (0, 1, 2))
    assert tuple(output.shape[1:]) == join.infer(INPUTS).shape
    assert sum(p.numel() for p in module.parameters()) == join.cost(INPUTS).parameters


@pytest.mark.parametrize("name", sorted(set(TWINS) - {"concat"}))
def test_one_survivor_passes_as_itself(name):
    join, module = built(name)
    value = values()[1]
    assert torch.equal(module([value], (1,)), value)
    assert join.cost(INPUTS, (1,)).parameters == 0


@pytest.mark.parametrize("name", sorted(TWINS))
def test_the_order_of_branches_does_not_matter_to_the_function_family(name):
    join, module = built(name)
    assert join.commutative
    a, b, c = values()
    expected = module([a, b, c], (0, 1, 2))
    if name == "hyper_connection":
        module.scales.data = module.scales.data[[2, 0, 1]]
    if name == "manifold":
        blocks = module.projection.data.unflatten(1, (3, -1))
        module.projection.data = blocks[[2, 0, 1]][:, [2, 0, 1]].flatten(1)
        module.bias.data = module.bias.data[[2, 0, 1]]
    if name == "learned":
        module.logits.data = module.logits.data[[2, 0, 1]]
    if name == "gate":
        module.score = torch.nn.ModuleList(module.score[i] for i in (2, 0, 1))
    if name == "concat":
        module.weight.data = torch.cat([module.weight.data[:, s] for s in (module.slices[2], *module.slices[:2])], 1)
    torch.testing.assert_close(module([c, a, b], (0, 1, 2)), expected)


@pytest.mark.parametrize("name", sorted(set(TWINS) - {"concat"}))
def test_thin_branches_are_refused_or_widened(name):
    inputs = (TensorType((4, 3, 5)), TensorType((2, 3, 5)))
    with pytest.raises(ShapeError, match="branch 1 has 4x3x5, branch 2 has 2x3x5"):
        built(name)[0].infer(inputs)
    join, module = built(name, inputs, adapt="project")
    assert tuple(module(values(inputs), (0, 1)).shape[1:]) == join.infer(inputs).shape == (4, 3, 5)
    assert tuple(module(values(inputs)[1:], (1,)).shape[1:]) == (4, 3, 5)
    assert sum(p.numel() for p in module.parameters()) == join.cost(inputs).parameters


@pytest.mark.parametrize("name", sorted(TWINS))
def test_branches_of_another_size_are_refused(name):
    with pytest.raises(ShapeError, match="one height and width"):
        built(name)[0].infer((TensorType((4, 3, 5)), TensorType((4, 3, 4))))


@pytest.mark.parametrize("name", sorted(name for name in TWINS if JOINS.get(name).linear))
def test_a_join_that_says_so_is_a_linear_map(name):
    _, module = built(name)
    some, others = values(), [value.flip(0, 1) for value in values()]
    both = module([a + 2 * b for a, b in zip(some, others, strict=True)], (0, 1, 2))
    torch.testing.assert_close(both, module(some, (0, 1, 2)) + 2 * module(others, (0, 1, 2)))


@pytest.mark.parametrize("name", sorted(name for name in TWINS if JOINS.get(name).takes_streams))
def test_a_join_of_streams_says_whether_it_is_linear(name):
    assert JOINS.get(name).linear is (name != "max")


def test_a_learned_join_starts_as_the_mean():
    join = make(JOINS.get("learned"), "learned", {})
    parts = values()
    torch.testing.assert_close(join.build(INPUTS).double()(parts, (0, 1, 2)), torch.stack(parts).mean(0))


SCALED = [("hyper_connection", {}), ("hyper_connection", {"dynamic": True})]
KINDS = [TensorType((4, 3, 5)), TensorType((5, 4)), TensorType((4,))]


def fresh(name, arguments, kind):
    return make(JOINS.get(name), name, arguments).build((kind,) * 3).double()


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(("name", "arguments"), SCALED)
def test_a_hyper_connection_starts_as_the_mean_of_whatever_survives(name, arguments, kind, kept):
    parts = [value for i, value in enumerate(values((kind,) * 3)) if i in kept]
    mean = fresh("mean", {}, kind)
    assert torch.equal(fresh(name, arguments, kind)(parts, kept), mean(parts, kept))


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_manifold_join_starts_near_the_mean_and_is_the_mean_without_its_gate(kind, kept):
    parts = [value for i, value in enumerate(values((kind,) * 3)) if i in kept]
    module, mean = fresh("manifold", {}, kind), fresh("mean", {}, kind)(parts, kept)
    assert (module(parts, kept) - mean).abs().max() < 0.05
    torch.nn.init.zeros_(module.gate)
    torch.testing.assert_close(module(parts, kept), mean)


@pytest.mark.parametrize("kept", KEPT)
def test_the_weights_of_a_manifold_join_are_positive_and_sum_to_one_over_the_survivors(kept):
    _, module = built("manifold")
    weights = module.weights([value for i, value in enumerate(values()) if i in kept], kept)
    assert weights.min() > 0
    torch.testing.assert_close(weights.sum(1), torch.ones_like(weights.sum(1)))


def test_a_hyper_connection_scales_survivors_as_before_and_takes_their_mean():
    module = fresh("hyper_connection", {}, INPUTS[0])
    with torch.no_grad():
        module.scales.copy_(torch.tensor([-2.0, 5.0, 7.0]))
    a, b, c = values()
    torch.testing.assert_close(module([a, b, c], (0, 1, 2)), (-2 * a + 5 * b + 7 * c) / 3)
    torch.testing.assert_close(module([a, c], (0, 2)), (-2 * a + 7 * c) / 2)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(("name", "arguments"), [SCALED[1], ("manifold", {})])
def test_each_position_has_weights_of_its_own(name, arguments, kind):
    """What one position of one branch says changes that position of the output alone."""
    module = fresh(name, arguments, kind)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    parts = values((kind,) * 3)
    before = module(parts, (0, 1, 2))
    first = (0, slice(None), 0, 0) if len(kind.shape) == 3 else (0, 0)
    parts[1] = parts[1].clone()
    parts[1][first] += 1
    changed = (module(parts, (0, 1, 2)) != before).nonzero()
    places = changed[:, [0, 2, 3]] if len(kind.shape) == 3 else changed[:, : len(kind.shape)]
    assert places.unique(dim=0).tolist() == [[0] * places.shape[1]]


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [("hyper_connection", 3 + 3 * 4 + 1, 3 * 4 * 15), ("manifold", 9 * 4 + 3 + 1, 9 * 4 * 15)],
)
def test_what_a_join_of_weights_by_position_learns_and_costs(name, parameters, macs):
    cost = built(name)[0].cost(INPUTS)
    assert (cost.parameters, cost.macs) == (parameters, macs)


@pytest.mark.parametrize("name", ["hyper_connection", "manifold"])
def test_a_lone_branch_has_no_weights(name):
    join, module = built(name, INPUTS[:1])
    assert (list(module.parameters()), join.cost(INPUTS[:1]).parameters) == ([], 0)


def test_a_bare_concat_joins_widths_and_cannot_drop():
    join = make(JOINS.get("concat"), "concat", {})
    inputs = (TensorType((4, 3, 5)), TensorType((2, 3, 5)))
    assert join.infer(inputs).shape == (6, 3, 5)
    assert not join.can_drop
    assert not join.commutative
    assert torch.equal(join.build(inputs)(values(inputs), (0, 1)), torch.cat(values(inputs), 1))


@pytest.mark.parametrize("name", sorted(TWINS))
def test_training_differs_between_runs_only_for_stochastic_joins(name):
    join, module = built(name)
    parts, module = values(), module.train()
    same = torch.equal(module(parts, (0, 1, 2)), module(parts, (0, 1, 2)))
    assert same is not join.stochastic
    assert join.varies is join.stochastic
