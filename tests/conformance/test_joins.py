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


TWINS = {
    "gate": lambda parts, kept, module: gated(module, parts, kept),
    "mean": lambda parts, kept, module: np.mean(parts, 0),
    "sum": lambda parts, kept, module: np.sum(parts, 0),
    "max": lambda parts, kept, module: np.max(parts, 0),
    "learned": lambda parts, kept, module: np.tensordot(
        softmax(module.logits.detach().numpy()[list(kept)]), np.stack(parts), 1
    ),
    "concat": lambda parts, kept, module: project(module.weight.detach().numpy(), parts, kept, module.widths),
}
ARGUMENTS = {"concat": {"project": True}}
INPUTS = (TensorType((4, 3, 5)),) * 3
KEPT = [(0, 1, 2), (0, 2), (1, 2), (1,), (2,)]


def built(name, inputs=INPUTS, **more):
    join = make(JOINS.get(name), name, {**ARGUMENTS.get(name, {}), **more}).resolved(inputs)
    torch.manual_seed(1)
    module = join.build(inputs).double()
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


def test_a_learned_join_starts_as_the_mean():
    join = make(JOINS.get("learned"), "learned", {})
    parts = values()
    torch.testing.assert_close(join.build(INPUTS).double()(parts, (0, 1, 2)), torch.stack(parts).mean(0))


def test_a_bare_concat_joins_widths_and_cannot_drop():
    join = make(JOINS.get("concat"), "concat", {})
    inputs = (TensorType((4, 3, 5)), TensorType((2, 3, 5)))
    assert join.infer(inputs).shape == (6, 3, 5)
    assert not join.can_drop
    assert not join.commutative
    assert torch.equal(join.build(inputs)(values(inputs), (0, 1)), torch.cat(values(inputs), 1))
