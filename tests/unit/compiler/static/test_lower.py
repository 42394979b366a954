"""Lowered code computes what the section computes, whatever is done to it."""

import copy
import itertools
import warnings
from pathlib import Path

import pytest
import torch

from fractalgen.compiler import LoweringOptions, Section, compile_graph, lower
from fractalgen.compiler.schedule import plan
from fractalgen.errors import CompileError
from fractalgen.ir.joins import JOINS
from fractalgen.passes import expand
from fractalgen.spec import load

SPACES = Path(__file__).parents[4] / "search_spaces"
EVERY = [
    LoweringOptions(*choice)
    for choice in itertools.product([True, False], ["always", "never"], [False, True], [False, True])
]
JOIN = {"concat": {"concat": {"project": True}}}
MODES = [*(JOIN.get(name, name) for name in sorted(JOINS)), {"hyper_connection": {"dynamic": True}}]


NEVER = LoweringOptions(merge="never")


def gap(section, options=NEVER, batch=2):
    """The largest difference, relative to the largest output."""
    source = section.graph.nodes[section.live_plan.sources[0]].type
    torch.manual_seed(0)
    x = torch.randn(batch, *source.shape, dtype=next(section.parameters()).dtype)
    before = x.clone()
    with torch.no_grad():
        expected, found = section(x), lower(section, options, x)(x)
    assert torch.equal(x, before)
    assert found.shape == expected.shape
    return ((found - expected).abs().max() / expected.abs().max().clamp(min=1)).item()


@pytest.mark.parametrize("options", EVERY, ids=str)
def test_every_option_keeps_the_results_of_the_net_and_of_each_column(make_net, stir, options):
    network = stir(make_net()).double().eval()
    assert max(gap(section, options) for section in (network.between(), *network.columns())) < 1e-12


@pytest.mark.parametrize("mode", [str(mode).replace("True", "true").replace("'", "") for mode in MODES])
def test_every_join_keeps_its_results_in_float32(make_net, stir, mode):
    network = stir(make_net(mode)).eval()
    assert max(gap(section) for section in (network.between(), *network.columns())) < 1e-5


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_joins_over_some_branches_keep_their_results(net_of, mode, inplace):
    branches = [
        {"conv": {"out": 4}},
        {"conv": {"out": 4 if mode == JOIN["concat"] else 2}},
        "identity",
        {"conv": {"out": 4}},
    ]
    options = LoweringOptions(merge="never", inplace=inplace)
    join = {"join": {"mode": mode, "branches": branches, "droppable": True}}
    if mode != JOIN["concat"]:
        join["join"]["adapt"] = "project"
    network = net_of({"sequence": [join, "relu"]})
    (index,) = [i for i, node in enumerate(network.graph.nodes) if node.is_join]
    for kept in [(0, 1, 2, 3), (0, 2), (1, 2, 3), (1,), (2,)]:
        whole = network.between()
        section = Section(network.graph, whole.live_parts, plan(network.graph, {index: kept}))
        assert gap(section, options) < 1e-12


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_joins_of_sequences_keep_their_results(net_of, mode):
    body = {"sequence": ["layer_norm", {"join": {"mode": mode, "branches": ["gelu", {"linear": {}}]}}, "relu"]}
    assert gap(net_of(body, (5, 4)).between()) < 1e-12


def test_a_bare_concat_keeps_its_results(net_of):
    body = {"join": {"mode": "concat", "branches": ["identity", {"conv": {"out": 4}}, "relu"]}}
    assert gap(net_of(body).between()) < 1e-12


BUS = [
    {"conv_bn_relu": {"out": 4}},
    {"residual_bus": {"streams": 2, "body": {"sequence": [
        {"site": {"sequence": [{"conv": {}}, "relu"]}},
        {"join": {"mode": "mean", "droppable": True, "branches": [{"site": "conv_bn_relu"}, {"site": {"conv": {}}}]}},
    ]}}},
    "relu",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["hyper_connection", {"hyper_connection": {"dynamic": True}}, "manifold"], ids=str)
def test_a_residual_bus_keeps_its_results(net_of, kind):
    body = copy.deepcopy(BUS)
    body[1]["residual_bus"]["kind"] = kind
    network = net_of({"sequence": body})
    for options in (LoweringOptions(merge="always"), LoweringOptions(merge="never", channels_last=True)):
        assert max(gap(section, options) for section in (network.between(), *network.columns())) < 1e-12


READY = [
    ("cifar10/fractalnet20-narrow", None),
    ("cifar10/rules", None),
    ("cifar10/templates", None),
    ("digits", None),
    ("field/unet", "3,32,32"),
    ("imagenet/cspdarknet53", "3,32,32"),
    ("imagenet/densenet121", "3,32,32"),
    ("imagenet/fractalnet34", "3,64,64"),
    ("imagenet/resnet18", "3,32,32"),
    ("imagenet/resnet50", "3,32,32"),
    ("starter", None),
]


@pytest.mark.parametrize(("name", "shape"), READY, ids=str)
def test_a_ready_network_keeps_its_results(stir, name, shape):
    spec = load(SPACES / f"{name}.yaml", [f"network.input=[{shape}]"] if shape else []).first()
    network = compile_graph(expand(spec)).eval()
    torch.manual_seed(3)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.8, 1.2)
            module.weight.data.uniform_(0.8, 1.2)
    assert gap(network.between(), LoweringOptions(merge="always"), batch=1) < 1e-5
    if network.graph.columns > 1:
        assert gap(network.column(1), LoweringOptions(merge="always"), batch=1) < 1e-5


def test_a_fractal_over_tokens_keeps_its_results(stir):
    network = compile_graph(expand(load(SPACES / "text/fractal_transformer.yaml"))).eval()
    x = torch.randint(0, 256, (2, 128))
    with torch.no_grad():
        torch.testing.assert_close(lower(network.between(), example=x)(x), network(x), rtol=0, atol=1e-5)


def test_a_part_with_two_inputs_and_two_outputs_is_lowered(make_net, stir):
    network = stir(make_net()).double().eval()
    part = network.between(["fractal", "fractal.mean"], ["fractal_2", "fractal.mean", "linear"])
    a, b = torch.randn(2, 4, 4, 4).double(), torch.randn(2, 4, 8, 8).double()
    lowered = lower(part, LoweringOptions(merge="never"))
    for found, expected in zip(lowered(a, b), part(a, b), strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    assert "def forward(self, fractal_mean_2, fractal_mean)" in lowered.code


def test_the_network_stays_as_it_was_and_shares_nothing(make_net, stir):
    network = stir(make_net("learned")).train()
    before = copy.deepcopy(network.state_dict())
    lowered = lower(network.between(), LoweringOptions(channels_last=True))
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert all(each.training for each in network.modules())
    assert all(each.requires_grad and each.is_contiguous() for each in network.parameters())
    x = torch.randn(2, 3, 8, 8)
    expected = lowered(x)
    for parameter in network.parameters():
        parameter.data.zero_()
    assert torch.equal(lowered(x), expected)
    assert not any(parameter.requires_grad for parameter in lowered.parameters())
    assert not lowered.training


def test_values_that_are_returned_are_not_written(net_of):
    body = {
        "sequence": [
            {"tap": {"name": "early", "of": {"conv": {"out": 4}}}},
            "relu",
            {"join": {"mode": "sum", "branches": [{"tap": {"name": "skip", "of": {"conv": {}}}}, "identity"]}},
        ]
    }
    network = net_of(body, outputs=["early", "skip"])
    x = torch.randn(2, 3, 8, 8).double()
    for options in EVERY:
        found = lower(network.between(), options)(x)
        for value, expected in zip(found, network(x), strict=True):
            torch.testing.assert_close(value, expected, rtol=0, atol=1e-12)


def test_a_value_that_is_read_again_is_not_written(net_of):
    inner = {"join": {"mode": "sum", "branches": ["identity", "relu", "identity"]}}
    outer = {"join": {"mode": "mean", "branches": ["identity", inner, {"sequence": ["relu", {"conv": {}}]}]}}
    network = net_of(
        {"sequence": [{"conv": {"out": 4}}, outer, {"join": {"mode": "sum", "branches": ["identity"] * 2}}]}
    )
    assert max(gap(network.between(), options) for options in EVERY) < 1e-12


def test_compile_and_export_take_the_code_whole(make_net, stir):
    for mode in ("learned", "gate"):
        network = stir(make_net(mode)).eval()
        lowered = lower(network.between(), LoweringOptions(merge="always"))
        x = torch.randn(3, 3, 8, 8)
        compiled = torch.compile(lowered, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(x), network(x), rtol=0, atol=1e-5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # torch warns of itself
            dynamic = ({0: torch.export.Dim("batch", max=64)},)
            program = torch.export.export(lowered, (x,), dynamic_shapes=dynamic, strict=False)
        for batch in (1, 2, 5):
            x = torch.randn(batch, 3, 8, 8)
            torch.testing.assert_close(program.module()(x), network(x), rtol=0, atol=1e-5)
    torch.compiler.reset()


def test_a_lowered_copy_computes_and_reads_the_same(make_net):
    lowered = lower(make_net().between())
    twin = copy.deepcopy(lowered)
    twin.recompile()
    x = torch.randn(2, 3, 8, 8)
    assert twin.code == lowered.code
    assert torch.equal(twin(x), lowered(x))


def test_an_unknown_way_to_merge_is_refused():
    with pytest.raises(CompileError, match="merge must be one of measured, always, never, found 'sometimes'"):
        LoweringOptions(merge="sometimes")
