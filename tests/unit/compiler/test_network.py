import copy

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.compiler.execute import execute
from fractalgen.compiler.interpreter import interpret
from fractalgen.compiler.schedule import column_pattern, plan
from fractalgen.errors import CompileError
from fractalgen.ir.joins import JOINS
from fractalgen.passes import expand, facts
from fractalgen.spec import DropPath, load_text

BODY = """
network:
  input: [3, 8, 8]
  body:
    sequence:
      - foreach:
          over: {width: [4, 8]}
          body: {fractal: {columns: 3, unit: {conv_bn_relu: {out: $width}}, join: JOIN, end: max_pool}}
      - global_avg_pool
      - linear: {out: 5}
"""
MODES = [
    "mean",
    "sum",
    "max",
    "learned",
    "gate",
    "shake",
    "hyper_connection",
    "{hyper_connection: {dynamic: true}}",
    "manifold",
    "{concat: {project: true}}",
]


def net(join="mean", rate=0.3, global_share=0.5, seed=0):
    graph = expand(load_text(BODY.replace("JOIN", join)))
    return compile_graph(graph, DropPath(rate=rate, **{"global": global_share}), seed)


def parts_of(network):
    return {i: network.get_submodule(node.path) for i, node in enumerate(network.graph.nodes) if node.inputs}


def interpreted(network, x, pattern):
    """The reference."""
    return interpret(network.graph, parts_of(network), x, pattern)[0]


def modes_of(network, passes):
    """What each of some training passes ran."""
    return [(network(torch.zeros(2, 3, 8, 8)), network.mode)[1] for _ in range(passes)]


def test_modes_are_all_registered():
    assert {mode.strip("{").partition(":")[0] for mode in MODES} == set(JOINS)


@pytest.mark.parametrize("join", MODES)
def test_the_network_has_the_parameters_that_the_graph_counts(join):
    network = net(join)
    assert sum(p.numel() for p in network.parameters()) == facts(network.graph).parameters


@pytest.mark.parametrize("join", MODES)
def test_evaluation_equals_the_reference_for_the_whole_net_and_every_column(join):
    network = net(join).double().eval()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    torch.testing.assert_close(network(x), interpreted(network, x, {}), rtol=0, atol=0)
    for column in network.columns():
        expected = interpreted(network, x, column_pattern(network.graph, column.index))
        torch.testing.assert_close(column(x), expected, rtol=0, atol=0)


@pytest.mark.parametrize("join", MODES)
def test_training_with_a_pattern_equals_the_reference_in_outputs_and_gradients(join):
    network = net(join, rate=0.5, global_share=0.3).double().eval()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    twin = copy.deepcopy(network)
    sampler = DropPathSampler(network.graph, DropPath(rate=0.5, **{"global": 0.3}), seed=0)
    for _ in range(6):
        pattern = sampler.sample().pattern
        network.zero_grad()
        execute(network.graph, parts_of(network), plan(network.graph, pattern), (x,)).square().sum().backward()
        twin.zero_grad()
        interpreted(twin, x, pattern).square().sum().backward()
        for (name, a), (_, b) in zip(network.named_parameters(), twin.named_parameters(), strict=True):
            missing = a.grad is None and (b.grad is None or not b.grad.any())
            assert missing or torch.allclose(a.grad, b.grad, atol=1e-12), name


def test_what_is_dropped_is_not_computed():
    network = net(rate=0.0, global_share=1.0).train()
    ran = []
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(lambda *_, name=name: ran.append(name))
    counts = set()
    for _ in range(20):
        ran.clear()
        network(torch.randn(2, 3, 8, 8))
        counts.add((network.mode, len(ran)))
    assert counts == {("column 1", 2), ("column 2", 4), ("column 3", 8)}


def test_columns_share_weights_and_hold_no_others():
    network = net()
    columns = network.columns()
    assert [sum(p.numel() for p in c.parameters()) for c in columns] == [
        f.parameters for f in facts(network.graph).columns
    ]
    name, weight = next(iter(columns[0].named_parameters()))
    assert weight is dict(network.named_parameters())[name]


def test_state_dict_names_are_the_paths_of_nodes():
    names = set(net("learned").state_dict())
    assert {"fractal.conv_bn_relu.conv.weight", "fractal_2.learned_2.logits", "linear.bias"} <= names


def test_one_seed_gives_one_network_and_one_sequence_of_patterns():
    a, b, other = net(seed=3), net(seed=3), net(seed=4)
    assert all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))
    modes = [modes_of(network.train(), 30) for network in (a, b, other)]
    assert modes[0] == modes[1] != modes[2]


def test_the_state_of_drop_path_resumes():
    network = net().train()
    network(torch.zeros(2, 3, 8, 8))
    state = network.drop_path_state()
    first = modes_of(network, 20)
    assert len(set(first)) > 1
    network.load_drop_path_state(state)
    assert modes_of(network, 20) == first


def test_lowering_does_not_disturb_the_global_generator():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    net()
    assert torch.equal(torch.rand(3), expected)


def test_a_wrong_input_or_column_is_named():
    with pytest.raises(CompileError, match=r"takes \(batch, 3, 8, 8\), found \(2, 3, 9, 8\)"):
        net()(torch.zeros(2, 3, 9, 8))
    with pytest.raises(CompileError, match="no column 4. The network has columns 1 to 3"):
        net().column(4)
    with pytest.raises(CompileError, match="no column 1.5"):
        net().column(1.5)


def test_every_parameter_receives_a_gradient_when_nothing_is_dropped():
    network = net("learned", rate=0.0, global_share=0.0).train()
    network(torch.randn(4, 3, 8, 8)).square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in network.parameters())


def test_an_op_without_a_torch_module_is_named_by_the_rules_that_made_it(monkeypatch):
    from fractalgen.ir.ops.conv import Conv

    def build(self, inputs):
        raise RuntimeError("no kernel for this")

    monkeypatch.setattr(Conv, "build", build)
    with pytest.raises(CompileError, match=r"'conv' at fractal.conv_bn_relu.conv has no torch module: no kernel"):
        net()
    monkeypatch.setattr(Conv, "build", lambda self, inputs: "conv")
    with pytest.raises(CompileError, match=r"'conv' at fractal.conv_bn_relu.conv builds 'conv'"):
        net()
