"""Stochastic depth and DropBlock draw what their papers say."""

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import make
from fractalgen.ir.types import TensorType
from fractalgen.nn.noise import DropBlock, StochasticDepth
from fractalgen.passes import Simplify, expand
from fractalgen.spec import load_text

SIGMAS = 5


def within(observed, probability, trials):
    """Whether frequencies lie within 5 sigma of the exact probabilities."""
    spread = (probability * (1 - probability) / trials) ** 0.5
    return bool(((observed - probability).abs() <= SIGMAS * spread + 1e-12).all())


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.85])
def test_stochastic_depth_zeroes_whole_samples_with_its_rate(rate):
    x = torch.rand(20_000, 3, 2, dtype=torch.float64) + 0.1
    y = StochasticDepth(rate)(x)
    dropped = (y == 0).flatten(1)
    assert torch.equal(dropped.any(1), dropped.all(1))
    assert within(dropped.all(1).double().mean(), torch.tensor(rate), len(x))
    torch.testing.assert_close(y[~dropped.all(1)], x[~dropped.all(1)] / (1 - rate))


def test_stochastic_depth_per_batch_draws_once_for_all_samples():
    noise, x = StochasticDepth(0.3, "batch"), torch.ones(4, 2)
    dropped = torch.tensor([[bool((row == 0).all()) for row in noise(x)] for _ in range(4000)])
    assert torch.equal(dropped.any(1), dropped.all(1))
    assert within(dropped[:, 0].double().mean(), torch.tensor(0.3), len(dropped))


@pytest.mark.parametrize("noise", [StochasticDepth(0.4), StochasticDepth(0.4, "batch"), DropBlock(0.4, 3)])
def test_gradients_flow_where_values_do(noise):
    x = torch.rand(64, 2, 6, 6, dtype=torch.float64, requires_grad=True)
    y = noise(x)
    y.sum().backward()
    torch.testing.assert_close(x.grad, (y / x).detach())


@pytest.mark.parametrize("noise", [StochasticDepth(0.4), StochasticDepth(0.4, "batch"), DropBlock(0.4, 3)])
def test_evaluation_passes_the_input_itself(noise):
    x = torch.rand(4, 2, 6, 6)
    assert noise.eval()(x) is x


def test_gamma_is_that_of_the_paper():
    assert DropBlock(0.1, 7).gamma(28, 28) == pytest.approx(0.0033058, abs=5e-8)
    assert DropBlock(0.2, 3).gamma(5, 9) == pytest.approx(0.2 / 9 * 45 / (3 * 7))
    assert DropBlock(0.2, 1).gamma(5, 9) == pytest.approx(0.2)


def exact_drop_probability(rate, block, height, width):
    """1 - (1 - gamma)^n for each position, where n blocks inside the map cover it: counted one after another."""
    covers = torch.zeros(height, width, dtype=torch.float64)
    high, wide = min(block, height), min(block, width)
    places = [(row, column) for row in range(height - high + 1) for column in range(width - wide + 1)]
    for row, column in places:
        covers[row : row + high, column : column + wide] += 1
    gamma = rate / (high * wide) * height * width / len(places)
    return 1 - (1 - gamma) ** covers


@pytest.mark.parametrize("size", [(8, 8), (5, 11), (3, 6), (2, 2)])
@pytest.mark.parametrize("block", [1, 2, 3, 4])
def test_dropblock_zeroes_each_position_with_its_exact_probability(block, size):
    x = torch.ones(200, 50, *size)
    zeroed = DropBlock(0.2, block)(x) == 0
    assert within(zeroed.double().mean((0, 1)), exact_drop_probability(0.2, block, *size), 200 * 50)


def test_dropblock_drops_whole_blocks_inside_the_map():
    zeroed = DropBlock(0.1, 3)(torch.ones(500, 4, 7, 9)) == 0
    blocks = torch.nn.functional.unfold(zeroed.double(), 3).view(500, 4, 9, -1).amin(2).view(500, 4, 5, 7)
    covered = torch.nn.functional.conv_transpose2d(blocks.flatten(0, 1)[:, None], torch.ones(1, 1, 3, 3).double()) > 0
    assert zeroed.any()
    assert torch.equal(covered.view_as(zeroed), zeroed)


def test_channels_and_samples_have_blocks_of_their_own():
    zeroed = (DropBlock(0.3, 2)(torch.ones(2, 2, 8, 8)) == 0).flatten(0, 1)
    assert len({tuple(row.flatten().tolist()) for row in zeroed}) == 4


def test_dropblock_rescales_by_the_share_that_it_kept():
    x = torch.rand(8, 4, 10, 10, dtype=torch.float64) + 0.1
    y = DropBlock(0.2, 3)(x)
    kept = y != 0
    torch.testing.assert_close(y[kept], x[kept] * (kept.numel() / kept.sum()))


def test_a_batch_that_is_dropped_whole_is_zero_and_not_nan():
    ys = [DropBlock(0.9, 4)(torch.ones(1, 1, 2, 2)) for _ in range(50)]
    assert any((y == 0).all() for y in ys)
    assert all(y.isfinite().all() for y in ys)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("noise", [StochasticDepth(0.4), DropBlock(0.4, 3)])
def test_half_precision_stays_half_and_close_to_the_mean(noise, dtype):
    y = noise(torch.ones(64, 32, 16, 16, dtype=dtype))
    assert y.dtype == dtype
    assert noise(torch.ones(4096, 8, 8, 8, dtype=dtype)).double().mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("op", ["stochastic_depth", "dropblock"])
def test_rate_zero_is_simplified_away_and_any_other_is_kept(op):
    spec = "network: {input: [3, 8, 8], body: {sequence: [conv, {OP: {rate: RATE}}]}}"
    for rate, kinds in (("0", ["conv"]), ("0.2", ["conv", op])):
        graph = Simplify()(expand(load_text(spec.replace("OP", op).replace("RATE", rate))))
        assert [node.kind for node in graph.nodes if node.inputs] == kinds


def test_dropblock_needs_an_image():
    from fractalgen.errors import ShapeError

    vector = TensorType((6,))
    with pytest.raises(ShapeError, match="dropblock needs an image"):
        make(OPS.get("dropblock"), "dropblock", {}).resolved((vector,)).infer((vector,))


@pytest.mark.parametrize("op", ["stochastic_depth: {rate: 0.3, per: batch}", "dropblock: {rate: 0.3, block: 3}"])
def test_the_exported_source_draws_the_same_noise(op):
    from fractalgen.compiler.exporters.python import source

    spec = f"network: {{input: [3, 8, 8], body: {{sequence: [{{conv: {{out: 4}}}}, {{{op}}}, flatten, {{linear: {{out: 2}}}}]}}}}"
    network = compile_graph(expand(load_text(spec))).train()
    names = {"__name__": "exported"}
    exec(source(network), names)  # noqa: S102
    twin = names["Network"]().train()
    twin.load_state_dict(network.state_dict())
    x = torch.randn(4, 3, 8, 8)
    for seed in range(4):
        torch.manual_seed(seed)
        expected = network(x)
        torch.manual_seed(seed)
        assert torch.equal(twin(x), expected)
