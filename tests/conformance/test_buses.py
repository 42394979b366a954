"""What every connection of a residual bus promises, for every registered name."""

import json
import subprocess
import sys

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fractalgen.compiler import compile_graph
from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.compiler.execute import execute
from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.compiler.interpreter import interpret_samples
from fractalgen.compiler.per_sample import plan_samples
from fractalgen.compiler.static import LoweringOptions, lower
from fractalgen.ir.buses import CONNECTIONS
from fractalgen.ir.canonical import canonical
from fractalgen.ir.graph import Input
from fractalgen.ir.parts import make
from fractalgen.ir.types import TensorType
from fractalgen.passes import Simplify, expand, facts, fingerprint
from fractalgen.spec import DropPath, load_text
from fractalgen.spec.tree import dump

KINDS = [
    ("hyper_connection", {}),
    ("hyper_connection", {"dynamic": True}),
    ("manifold", {}),
    ("manifold", {"rounds": 3}),
]
PLACES = [
    (TensorType((6, 5, 4)), "conv"),
    (TensorType((5, 6)), "linear"),
    (TensorType((6,)), "linear"),
]
STREAMS = [1, 3, 4]

each = pytest.mark.parametrize(
    ("name", "arguments", "stream", "op", "streams"),
    [(*kind, *place, streams) for kind in KINDS for place in PLACES for streams in STREAMS],
    ids=lambda value: str(value).replace(" ", ""),
)


def graph_of(name, arguments, stream, op, streams, *, swapped=False):
    """Sites in a row, in branches and in a bus inside a site."""
    layer = {"sequence": ["layer_norm", op]}
    bus = {"streams": streams, "kind": {name: arguments}}
    inner = {"residual_bus": {**bus, "body": {"site": layer}}}
    branches = [{"sequence": [{"site": layer}, {"site": op}]}, {"site": {"sequence": [inner, "relu"]}}]
    join = {"mode": "mean", "branches": branches[::-1] if swapped else branches}
    body = {"residual_bus": {**bus, "body": {"sequence": [{"site": layer}, {"join": join}, {"site": layer}]}}}
    return expand(load_text(dump({"network": {"input": list(stream.shape), "body": body}})))


def randomised(network):
    torch.manual_seed(1)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return network.eval()


def batch(stream, size=2):
    torch.manual_seed(0)
    return torch.randn(size, *stream.shape)


def test_every_registered_connection_has_a_case():
    assert {name for name, _ in KINDS} == set(CONNECTIONS)


@each
def test_the_inferred_type_and_cost_are_those_of_the_module(name, arguments, stream, op, streams):
    part = make(CONNECTIONS.get(name), name, arguments).at(2)
    state = stream.with_streams(streams)
    module = part.build((state,))
    assert tuple(module(batch(state)).shape[1:]) == part.infer((state,)).shape
    assert sum(parameter.numel() for parameter in module.parameters()) == part.cost((state,)).parameters


@each
def test_every_value_of_a_network_has_the_inferred_shape(name, arguments, stream, op, streams):
    graph = Simplify()(graph_of(name, arguments, stream, op, streams))
    network = randomised(compile_graph(graph))
    values = []
    for node in graph.nodes:
        if isinstance(node.part, Input):
            values.append(batch(stream))
            continue
        read = [values[source] for source in node.inputs]
        module = network.get_submodule(node.path)
        values.append(module(read, tuple(range(len(read)))) if node.is_join else module(*read))
        assert tuple(values[-1].shape[1:]) == node.type.shape, node.path
    assert torch.equal(values[-1], network(batch(stream)))


@each
def test_the_facts_are_those_of_the_network(name, arguments, stream, op, streams):
    graph = graph_of(name, arguments, stream, op, streams)
    known = facts(graph)
    network = compile_graph(graph).eval()
    assert sum(parameter.numel() for parameter in network.parameters()) == known.parameters
    with FlopCounterMode(display=False) as counter:
        network(batch(stream, 1))
    assert counter.get_total_flops() == 2 * known.macs


@each
def test_every_parameter_receives_a_gradient(name, arguments, stream, op, streams):
    network = randomised(compile_graph(graph_of(name, arguments, stream, op, streams)))
    network(batch(stream)).square().sum().backward()
    assert [key for key, parameter in network.named_parameters() if parameter.grad is None] == []


@each
def test_the_printed_form_names_the_parts_and_the_streams(name, arguments, stream, op, streams):
    text = str(graph_of(name, arguments, stream, op, streams))
    assert f"open_bus(%0) {{streams: {streams}}} : {streams} streams of {stream}" in text
    assert f"= {name}(" in text
    assert f"read_streams(%1, %2) : {stream}  # read_streams" in text
    assert text.count("= write_streams(") == text.count("= read_streams(") == 6


@each
def test_the_order_of_branches_does_not_matter_to_the_function_family(name, arguments, stream, op, streams):
    """Sites are numbered as written, which says how weights begin; nothing else depends on it."""
    graphs = [Simplify()(graph_of(name, arguments, stream, op, streams, swapped=swapped)) for swapped in (False, True)]
    assert fingerprint(graphs[0]) == fingerprint(graphs[1])
    one, other = [randomised(compile_graph(graph)) for graph in graphs]
    for a, b in zip(*[canonical(graph).order for graph in graphs], strict=True):
        if not isinstance(graphs[0].nodes[a].part, Input):
            weights = one.get_submodule(graphs[0].nodes[a].path).state_dict()
            other.get_submodule(graphs[1].nodes[b].path).load_state_dict(weights)
    torch.testing.assert_close(one(batch(stream)), other(batch(stream)))


@pytest.mark.parametrize(("name", "arguments"), KINDS, ids=str)
def test_exported_source_gives_the_same_values_with_torch_alone(name, arguments, tmp_path):
    code = "import torch\n"
    for number, (stream, op) in enumerate(PLACES):
        network = randomised(compile_graph(graph_of(name, arguments, stream, op, 3)))
        EXPORTERS.get("python")(network, tmp_path / f"network_{number}.py")
        EXPORTERS.get("safetensors")(network, tmp_path / f"{number}.safetensors")
        torch.save({"x": batch(stream), "y": network(batch(stream)).detach()}, tmp_path / f"{number}.pt")
        code += f"""
import network_{number} as source
network = source.Network().eval()
source.load_weights(network, "{number}.safetensors")
case = torch.load("{number}.pt")
assert torch.equal(network(case["x"]), case["y"])
"""
    code += "import sys\nassert 'fractalgen' not in sys.modules\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


FRACTAL = """
network:
  input: [6, 5, 4]
  body:
    sequence:
      - residual_bus:
          streams: 3
          kind: KIND
          body: {fractal: {columns: 3, join: JOIN, unit: {site: {sequence: [batch_norm, conv, relu]}}}}
      - global_avg_pool
"""
kinds = pytest.mark.parametrize("kind", [{name: arguments} for name, arguments in KINDS], ids=str)
joins = pytest.mark.parametrize("join", ["mean", "sum", "max", "learned"])


def fractal_of(kind, join, **drop_path):
    text = FRACTAL.replace("KIND", json.dumps(kind)).replace("JOIN", join)
    return randomised(compile_graph(expand(load_text(text)), DropPath(**drop_path))).double()


@kinds
@joins
def test_each_sample_sees_the_sites_that_survive_for_it(kind, join):
    network = fractal_of(kind, join, rate=0.5, per="sample")
    x = batch(TensorType((6, 5, 4)), 6).double()
    patterns = DropPathSampler(network.graph, network.drop_path, 0).samples(len(x))
    what = plan_samples(network.graph, patterns, x.device, range(len(network.graph.nodes)))
    parts = {i: network.get_submodule(node.path) for i, node in enumerate(network.graph.nodes) if node.inputs}
    expected = interpret_samples(network.graph, parts, x, patterns)[0]
    torch.testing.assert_close(execute(network.graph, parts, what, (x,)), expected, rtol=0, atol=1e-10)


@kinds
@joins
@pytest.mark.parametrize("channels_last", [False, True])
def test_lowered_code_gives_the_same_values_for_the_net_and_each_column(kind, join, channels_last):
    network = fractal_of(kind, join)
    x = batch(TensorType((6, 5, 4))).double()
    options = LoweringOptions(merge="always", channels_last=channels_last)
    for section in (network.between(), *network.columns()):
        torch.testing.assert_close(lower(section, options)(x), section(x), rtol=0, atol=1e-9)


@kinds
@pytest.mark.parametrize("by", ["block", "column"])
def test_checkpointing_changes_no_gradient(kind, by):
    x = batch(TensorType((6, 5, 4))).double()
    gradients = []
    for checkpointing in ("none", by):
        network = fractal_of(kind, "mean").train()
        network.checkpointing = checkpointing
        network(x).square().sum().backward()
        gradients.append({name: parameter.grad for name, parameter in network.named_parameters()})
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-10)
