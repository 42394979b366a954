"""A pattern for each sample, against each sample run alone."""

import copy

import pytest
import torch
from torch.nn import functional as F

from fractalgen.compiler import compile_graph
from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.compiler.execute import execute
from fractalgen.compiler.interpreter import interpret_samples
from fractalgen.compiler.per_sample import plan_samples
from fractalgen.errors import CompileError, SpecError
from fractalgen.passes import expand
from fractalgen.spec import DropPath, load_text

from .conftest import MODES, parts_of


def drawn(network, count, seed=0):
    return DropPathSampler(network.graph, network.drop_path, seed).samples(count)


def run_samples(network, x, patterns):
    order = range(len(network.graph.nodes))
    what = plan_samples(network.graph, patterns, x.device, order)
    return execute(network.graph, parts_of(network), what, (x,))


@pytest.mark.parametrize("join", MODES)
def test_each_sample_sees_its_own_survivors_in_outputs_and_gradients(make_net, join):
    network = make_net(join, rate=0.5, per="sample").double().eval()
    twin = copy.deepcopy(network)
    for seed in range(4):
        x = torch.randn(9, 3, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        patterns = drawn(network, len(x), seed)
        network.zero_grad()
        mine = run_samples(network, x, patterns)
        mine.square().sum().backward()
        twin.zero_grad()
        expected = interpret_samples(twin.graph, parts_of(twin), x, patterns)[0]
        expected.square().sum().backward()
        torch.testing.assert_close(mine, expected, rtol=0, atol=1e-12)
        for (name, a), (_, b) in zip(network.named_parameters(), twin.named_parameters(), strict=True):
            if a.grad is None:
                assert b.grad is None or not b.grad.any(), name
            else:
                expected = torch.zeros_like(a) if b.grad is None else b.grad
                torch.testing.assert_close(a.grad, expected, atol=1e-10, rtol=0)


def masked_reference(network, x, patterns):
    """All nodes on all samples; batch norm takes its statistics from the samples that need the node."""
    graph, parts = network.graph, parts_of(network)
    need = torch.zeros(len(graph.nodes), len(x), dtype=torch.bool)
    need[list(graph.outputs)] = True
    for index in reversed(range(len(graph.nodes))):
        for position, source in enumerate(graph.nodes[index].inputs):
            survives = torch.tensor([position in pattern.get(index, (position,)) for pattern in patterns])
            need[source] |= need[index] & survives
    values = {graph.inputs[0]: x}
    for index, node in enumerate(graph.nodes):
        if not node.inputs:
            continue
        inputs = [values[source] for source in node.inputs]
        if node.kind == "batch_norm":
            norm, rows = parts[index], inputs[0][need[index]]
            values[index] = torch.zeros_like(inputs[0])
            if len(rows):
                var, mean = torch.var_mean(rows, (0, 2, 3), correction=0)
                done = (inputs[0] - mean[:, None, None]) / (var[:, None, None] + norm.eps).sqrt()
                values[index] = done * norm.weight[:, None, None] + norm.bias[:, None, None]
        elif node.is_join:
            mask = torch.stack(
                [torch.tensor([i in p.get(index, range(len(inputs))) for p in patterns]) for i in range(len(inputs))]
            ).double()
            weight = mask / mask.sum(0).clamp(min=1)
            values[index] = sum(v * w[:, None, None, None] for v, w in zip(inputs, weight, strict=True))
        else:
            values[index] = parts[index](inputs[0])
    return values[graph.outputs[0]]


def test_batch_norm_sees_the_samples_that_run_it(make_net):
    network = make_net("mean", rate=0.4, per="sample").double().train()
    x = torch.randn(16, 3, 8, 8, dtype=torch.float64)
    patterns = drawn(network, len(x))
    twin = copy.deepcopy(network)
    mine = run_samples(network, x, patterns)
    expected = masked_reference(twin, x, patterns)
    torch.testing.assert_close(mine, expected, rtol=0, atol=1e-10)
    mine.square().sum().backward()
    expected.square().sum().backward()
    for (name, a), (_, b) in zip(network.named_parameters(), twin.named_parameters(), strict=True):
        mine_grad = torch.zeros_like(a) if a.grad is None else a.grad
        assert torch.allclose(mine_grad, b.grad, atol=1e-9), name


def test_a_single_value_a_channel_is_normalised_by_the_running_statistics():
    body = "{join: {mode: mean, droppable: true, branches: [batch_norm, identity]}}"
    network = compile_graph(expand(load_text(f"network: {{input: [3, 1, 1], body: {body}}}"))).train()
    norm = network.batch_norm
    norm.running_mean.fill_(2.0)
    x = torch.randn(3, 3, 1, 1)
    made = run_samples(network, x, [{2: (0,)}, {2: (1,)}, {2: (1,)}])
    assert torch.equal(made[1:], x[1:])
    torch.testing.assert_close(made[:1], F.batch_norm(x[:1], norm.running_mean, norm.running_var))


def test_training_draws_patterns_for_the_samples_and_skips_what_none_of_them_needs(make_net):
    network = make_net(per="sample", rate=0.0, **{"global": 1.0}).train()
    rows = []
    network.fractal.conv_bn_relu.conv.register_forward_pre_hook(lambda _, inputs: rows.append(len(inputs[0])))
    for _ in range(20):
        network(torch.randn(6, 3, 8, 8))
    assert network.mode == "samples"
    assert 1 <= min(rows) < 6


@pytest.mark.parametrize("part", [(2, 2), (-1, 2), (0, 0)])
def test_a_part_that_is_not_one_is_refused(make_net, part):
    with pytest.raises(CompileError, match=f"there is no part {part[0]} of {part[1]}"):
        make_net(per="sample").drop_path_part = part


def test_an_empty_batch_has_an_empty_answer(make_net):
    assert make_net(per="sample").train()(torch.zeros(0, 3, 8, 8)).shape == (0, 5)


def test_patterns_of_samples_and_statistics_of_columns_do_not_go_together():
    text = "drop_path: {global: 0.5, per: sample, batch_norm: per_column}\nnetwork: {input: [3, 8, 8], body: conv}"
    with pytest.raises(SpecError, match="per: sample mixes columns in one mini-batch"):
        load_text(text).check_sections()
    assert DropPath(per="sample").batch_norm == "shared"
