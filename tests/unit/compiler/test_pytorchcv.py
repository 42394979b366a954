"""The same numbers as pytorchcv's port of FractalNet, which computes every branch and masks it."""

from pathlib import Path

import pytest
import torch
from torch import nn

from fractalgen.compiler import compile_graph
from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.passes import expand
from fractalgen.spec import DropPath, load

port = pytest.importorskip("pytorchcv.models.fractalnet_cifar", reason="needs pytorchcv, of the extra `bench`")

SPEC = Path(__file__).parents[3] / "search_spaces" / "cifar10" / "fractalnet20-pytorchcv.yaml"
LOOP = "network.body.sequence[0].foreach"
WIDTHS = [4, 6, 8, 8, 8]
DROPOUT = [0.0, 0.1, 0.2, 0.3, 0.4]


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def units_of(columns, before=0):
    """The port's names of the units of f_columns in the order of the rule, after `before` steps of the block."""
    last = before + 2 ** (columns - 1)
    yield f"block{last}.subblock{columns}"
    if columns > 1:
        yield from units_of(columns - 1, before)
        yield from units_of(columns - 1, before + 2 ** (columns - 2))


def pairs_of(network, model):
    """Each module with weights, and the port's."""
    mine = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d | nn.Linear)]
    units = [
        unit.block.blocks.get_submodule(name) for unit in model.features for name in units_of(unit.block.num_columns)
    ]
    return list(zip(mine, [*(m for u in units for m in (u.conv, u.bn)), model.output], strict=True))


def quiet(model, *kinds):
    """`model` in training, but for modules of some kinds: dropout of the two would draw different numbers."""
    model.train()
    for module in model.modules():
        if isinstance(module, kinds):
            module.eval()
    return model


@pytest.fixture
def make_pair():
    def make(columns, per="batch"):
        torch.manual_seed(0)
        model = port.CIFARFractalNet(WIDTHS, columns, DROPOUT, loc_drop_prob=0.15, glob_drop_ratio=0.5).double()
        body = f"{LOOP}.body.sequence[0].fractal.columns={columns}"
        spec = load(SPEC, [f"{LOOP}.over.width={WIDTHS}", body])
        network = compile_graph(expand(spec), DropPath(rate=0.4, per=per, **{"global": 0.4}), seed=1).double()
        for mine, theirs in pairs_of(network, model):
            mine.load_state_dict(theirs.state_dict())
        return network, model

    return make


def mask_with(monkeypatch, graph, patterns):
    """Let the joins of the port, in order, keep what `patterns` say, one for each sample."""
    joins = iter([i for i, node in enumerate(graph.nodes) if node.columns is not None])

    def calc_drop_mask(batch_size, curr_num_columns, **_):
        if curr_num_columns == 1:
            return torch.ones(1, batch_size)
        join, inputs = next(joins), range(curr_num_columns)
        return torch.tensor([[float(i in pattern[join]) for pattern in patterns] for i in inputs])

    monkeypatch.setattr(port.FractalBlock, "calc_drop_mask", staticmethod(calc_drop_mask))
    return joins


def assert_one_step_is_the_same(network, model, x, joins):
    for each in (network, model):
        each.zero_grad()
    mine, theirs = network(x), model(x)
    assert next(joins, None) is None, "the port has as many joins"
    torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-9)
    for logits in (mine, theirs):
        logits.square().sum().backward()
    for own, other in pairs_of(network, model):
        for (name, parameter), twin in zip(own.named_parameters(), other.parameters(), strict=True):
            expected = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            torch.testing.assert_close(expected, twin.grad, rtol=0, atol=1e-9, msg=name)


def test_evaluation_equals_fractalnet_cifar10_with_its_weights():
    torch.manual_seed(0)
    model = port.fractalnet_cifar10()
    x = torch.randn(4, 3, 32, 32)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # one pass then sets the statistics
            nn.init.normal_(module.weight, 1, 0.1)
            nn.init.normal_(module.bias, 0, 0.1)
    with torch.no_grad():
        model(x)
    network = compile_graph(expand(load(SPEC)))
    for mine, theirs in pairs_of(network, model):
        mine.load_state_dict(theirs.state_dict())
    assert sum(p.numel() for p in network.parameters()) == sum(p.numel() for p in model.parameters()) == 33_724_618
    with torch.inference_mode():
        expected, found = model.eval()(x), network.eval()(x)
    assert expected.std() > 0.1
    assert (found - expected).abs().max() < 1e-5


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_training_under_a_pattern_equals_the_masked_port(make_pair, monkeypatch, columns):
    network, model = make_pair(columns)
    quiet(network, nn.Dropout2d), quiet(model, nn.Dropout2d)
    twin = DropPathSampler(network.graph, network.drop_path, seed=1)
    modes = set()
    for _ in range(6):
        x = torch.randn(3, 3, 32, 32, dtype=torch.float64)
        joins = mask_with(monkeypatch, network.graph, [twin.sample().pattern] * len(x))
        assert_one_step_is_the_same(network, model, x, joins)
        modes.add(network.mode)
    assert len(modes) > min(columns - 1, 2), modes


@pytest.mark.parametrize("columns", [2, 3, 4])
def test_a_pattern_for_each_sample_equals_the_masked_port(make_pair, monkeypatch, columns):
    """Batch norm holds still: the port takes its statistics over samples that are masked later."""
    network, model = make_pair(columns, per="sample")
    quiet(network, nn.Dropout2d, nn.BatchNorm2d), quiet(model, nn.Dropout2d, nn.BatchNorm2d)
    twin = DropPathSampler(network.graph, network.drop_path, seed=1)
    for _ in range(3):
        x = torch.randn(5, 3, 32, 32, dtype=torch.float64)
        joins = mask_with(monkeypatch, network.graph, twin.samples(len(x)))
        assert_one_step_is_the_same(network, model, x, joins)


def test_statistics_of_what_ran_are_those_of_the_port(make_pair, monkeypatch):
    network, model = make_pair(3)
    quiet(network, nn.Dropout2d), quiet(model, nn.Dropout2d)
    x = torch.randn(3, 3, 32, 32, dtype=torch.float64)
    drawn = DropPathSampler(network.graph, network.drop_path, seed=1).sample()
    mask_with(monkeypatch, network.graph, [drawn.pattern] * len(x))
    network(x), model(x)
    norms = [pair for pair in pairs_of(network, model) if isinstance(pair[0], nn.BatchNorm2d)]
    ran = [pair for pair in norms if pair[0].num_batches_tracked]
    assert 0 < len(ran) < len(norms)
    for mine, theirs in ran:
        torch.testing.assert_close(mine.running_mean, theirs.running_mean, rtol=0, atol=1e-12)
        torch.testing.assert_close(mine.running_var, theirs.running_var, rtol=0, atol=1e-12)
