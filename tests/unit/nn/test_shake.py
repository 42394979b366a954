"""Shake joins draw what Gastaldi (arXiv 1705.07485) says: random convex weights, others backward than forward."""

import pytest
import torch

from fractalgen.compiler import LoweringOptions, compile_graph, lower
from fractalgen.ir.joins import JOINS
from fractalgen.ir.parts import make
from fractalgen.ir.types import TensorType
from fractalgen.nn.shake import ShakeJoin
from fractalgen.passes import Simplify, expand
from fractalgen.spec import load_text
from fractalgen.training.guards import check_noise

TYPE = TensorType((3, 4, 4))
SAMPLES = 4000


def net(mode="shake", branches="[{conv: {out: 4}}, {conv: {out: 4}}]"):
    body = f"{{sequence: [{{join: {{mode: {mode}, branches: {branches}}}}}, flatten, {{linear: {{out: 2}}}}]}}"
    return compile_graph(expand(load_text(f"network: {{input: [3, 4, 4], body: {body}}}")))


def weights_of(join, branches=2, rows=SAMPLES):
    """The weights of values and of gradients that one pass uses, `(branches, rows)` each."""
    values = [torch.zeros(rows, branches, dtype=torch.float64) for _ in range(branches)]
    for i, value in enumerate(values):
        value[:, i] = 1  # of a one-hot vector, the mean shows the weights
        value.requires_grad_()
    merged = join.train()(values, tuple(range(branches)))
    merged.sum().backward()
    return merged.detach().T, torch.stack([value.grad[:, 0] for value in values])


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("branches", [2, 3])
def test_weights_are_convex_and_others_for_gradients(branches):
    ahead, back = weights_of(ShakeJoin({}), branches)
    for weights in (ahead, back):
        assert (weights >= 0).all()
        torch.testing.assert_close(weights.sum(0), torch.ones(SAMPLES, dtype=torch.float64))
    assert abs(torch.corrcoef(torch.stack([ahead[0], back[0]]))[0, 1]) < 5 / SAMPLES**0.5


def test_with_two_branches_alpha_and_beta_are_uniform():
    """Kolmogorov and Smirnov's distance from the diagonal; at 4000 samples it is below .031 in 999 of 1000 draws."""
    for weights in weights_of(ShakeJoin({})):
        ordered, expected = weights[0].sort().values, torch.linspace(0, 1, SAMPLES, dtype=torch.float64)
        assert (ordered - expected).abs().max() < 0.031


def test_with_three_branches_weights_are_uniform_over_the_simplex():
    """A weight then has the density 2 (1 - a): mean 1/3, variance 1/18."""
    ahead, _ = weights_of(ShakeJoin({}), 3)
    torch.testing.assert_close(ahead.mean(1), torch.full((3,), 1 / 3, dtype=torch.float64), atol=0.02, rtol=0)
    torch.testing.assert_close(ahead.var(1), torch.full((3,), 1 / 18, dtype=torch.float64), atol=0.005, rtol=0)


@pytest.mark.parametrize(
    ("ahead", "back", "random", "same"),
    [
        ("shake", "shake", (True, True), False),
        ("shake", "even", (True, False), False),
        ("shake", "keep", (True, True), True),
        ("even", "shake", (False, True), False),
        ("even", "even", (False, False), True),
        ("even", "keep", (False, False), True),
    ],
)
def test_the_modes_of_the_papers_table(ahead, back, random, same):
    found = weights_of(ShakeJoin({}, ahead, back))
    assert tuple(bool(weights.std() > 0.1) for weights in found) == random
    assert torch.allclose(*found) is same


def test_per_batch_draws_once_for_all_samples():
    ahead, back = weights_of(ShakeJoin({}, per="batch"))
    assert (ahead == ahead[:, :1]).all()
    assert (back == back[:, :1]).all()


def test_evaluation_is_the_mean_and_draws_nothing():
    values = [torch.randn(5, *TYPE.shape) for _ in range(2)]
    before = torch.get_rng_state()
    torch.testing.assert_close(ShakeJoin({}).eval()(values, (0, 1)), torch.stack(values).mean(0))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_pass_takes_one_number_of_torchs_generator_whatever_the_batch():
    states = set()
    for rows in (1, 64):
        torch.manual_seed(3)
        weights_of(ShakeJoin({}), rows=rows)
        states.add(int(torch.randint(2**62, ())))
    assert len(states) == 1


def test_one_seed_gives_one_pass():
    network, x = net().train(), torch.randn(6, 3, 4, 4)
    passes = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        passes.append(network(x))
    assert torch.equal(passes[0], passes[1])
    assert not torch.equal(passes[0], passes[2])


@pytest.mark.parametrize("by", ["block", "column"])
def test_a_step_that_is_computed_again_has_the_same_gradients(by):
    x = torch.randn(6, 3, 4, 4)
    gradients = []
    for checkpointing in ("none", by):
        network = net(branches="[{sequence: [{conv: {out: 4}}, mish]}, {sequence: [{conv: {out: 4}}, mish]}]").train()
        network.checkpointing = checkpointing
        torch.manual_seed(5)
        network(x).square().sum().backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    for once, again in zip(*gradients, strict=True):
        torch.testing.assert_close(once, again)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_stays_half(dtype):
    values = [torch.ones(64, 8, dtype=dtype, requires_grad=True) for _ in range(2)]
    merged = ShakeJoin({})(values, (0, 1))
    assert merged.dtype == dtype
    torch.testing.assert_close(merged, torch.ones_like(merged), atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("shake", (True, True)),
        ("{shake: {forward: even}}", (False, False)),
        ("{shake: {forward: even, backward: even}}", (False, False)),
    ],
)
def test_the_guard_of_noise_knows_what_is_declared(mode, expected):
    guards = check_noise(net(mode), torch.randn(4, 3, 4, 4))
    assert (guards.noise_declared, guards.noise_observed) == expected
    assert not guards.noise_in_evaluation


@pytest.mark.parametrize(("mode", "joins"), [("shake", 2), ("{shake: {forward: even}}", 2), ("mean", 1)])
def test_two_joins_that_draw_are_not_made_one(mode, joins):
    pair = f"{{join: {{mode: {mode}, branches: [relu, mish]}}}}"
    spec = f"network: {{input: [3, 4, 4], body: {{join: {{mode: sum, branches: [{pair}, {pair}]}}}}}}"
    kinds = [node.kind for node in Simplify()(expand(load_text(spec))).nodes]
    assert kinds.count(mode.strip("{").partition(":")[0]) == joins


def test_a_shake_of_one_branch_is_simplified_away():
    graph = Simplify()(expand(load_text("network: {input: [3, 4, 4], body: {join: {mode: shake, branches: [conv]}}}")))
    assert [node.kind for node in graph.nodes if node.inputs] == ["conv"]


def test_the_exported_source_draws_the_same():
    from fractalgen.compiler.exporters.python import source

    network = net().train()
    names = {"__name__": "exported"}
    exec(source(network), names)  # noqa: S102
    twin = names["Network"]().train()
    twin.load_state_dict(network.state_dict())
    x = torch.randn(4, 3, 4, 4)
    for seed in range(3):
        torch.manual_seed(seed)
        expected = network(x)
        torch.manual_seed(seed)
        assert torch.equal(twin(x), expected)


def test_lowered_code_computes_the_mean():
    network, x = net().eval(), torch.randn(4, 3, 4, 4)
    torch.testing.assert_close(lower(network.between(), LoweringOptions())(x), network(x))


@pytest.mark.parametrize("kept", [(0, 2), (1, 2), (0, 1, 2)])
def test_survivors_of_drop_path_share_the_weights(kept):
    join = make(JOINS.get("shake"), "shake", {}).build((TYPE,) * 3).train()
    merged = join([torch.ones(2, *TYPE.shape)] * len(kept), kept)
    torch.testing.assert_close(merged, torch.ones_like(merged))
