"""What the graph knows without torch is what torch does, for random specs."""

import math
import weakref

import networkx as nx
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from fractalgen.compiler import compile_graph
from fractalgen.errors import GraphError, SpecError
from fractalgen.passes import expand, facts, fingerprint
from fractalgen.passes.order import memory_order
from fractalgen.spec import load_text
from fractalgen.spec.tree import dump

SIZES = st.sampled_from([2, 3, 4, 6])
MODES = st.sampled_from(
    [
        *("mean", "sum", "max", "learned", "gate", "hyper_connection", "manifold"),
        {"hyper_connection": {"dynamic": True}},
        {"concat": {"project": True}},
    ]
)
LEAVES = st.one_of(
    st.builds(lambda out, kernel, bias: {"conv": {"out": out, "kernel": kernel, "bias": bias}}, SIZES, st.sampled_from([1, 3, [1, 3]]), st.booleans()),
    st.builds(lambda stride: {"conv": {"stride": stride, "groups": "$channels"}}, st.sampled_from([1, 2])),
    st.builds(lambda out, rate: {"conv_bn_relu": {"out": out, "dropout": rate}}, SIZES, st.sampled_from([0, 0.2])),
    st.sampled_from(
        ["batch_norm", "relu", "gelu", "mish", "max_pool", "avg_pool", "upsample", "identity", "layer_norm", "rms_norm"]
    ),
    st.just({"squeeze_excite": {"reduction": 2}}),
    st.just({"dropout2d": {"rate": 0.1}}),
)  # fmt: skip


def bigger(inner):
    return st.one_of(
        st.builds(lambda parts: {"sequence": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda n, body: {"repeat": {"times": n, "body": body}}, st.integers(0, 2), inner),
        st.builds(
            lambda mode, branches, drop: {
                "join": {"mode": mode, "branches": branches, "droppable": drop, "adapt": "project"}
            },
            MODES,
            st.lists(inner, min_size=1, max_size=3),
            st.booleans(),
        ),
        st.builds(
            lambda columns, unit, mode: {
                "fractal": {"columns": columns, "unit": unit, "join": mode, "adapt": "project"}
            },
            st.integers(1, 3),
            inner,
            MODES,
        ),
        st.builds(lambda inner, out: {"csp": {"inner": inner, "out": out}}, inner, SIZES),
    )


BODIES = st.recursive(LEAVES, bigger, max_leaves=6)


def graph_of(body):
    try:
        return expand(load_text(dump({"network": {"input": [4, 8, 8], "body": body}})))
    except (SpecError, GraphError):
        return None


@given(BODIES)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_shapes_parameters_macs_and_columns_are_those_of_torch(body):
    graph = graph_of(body)
    if graph is None:
        return
    known = facts(graph)
    network = compile_graph(graph).eval()
    x = torch.randn(1, 4, 8, 8)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = network(x)
    assert tuple(output.shape[1:]) == graph.nodes[graph.outputs[0]].type.shape
    assert counter.get_total_flops() == 2 * known.macs
    assert sum(p.numel() for p in network.parameters()) == known.parameters
    for column, expected in zip(network.columns(), known.columns, strict=True):
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            assert column(x).shape == output.shape
        assert counter.get_total_flops() == 2 * expected.macs


@given(BODIES)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_spec_written_out_and_read_again_is_the_same_network(body):
    graph = graph_of(body)
    if graph is not None:
        spec = load_text(dump({"network": {"input": [4, 8, 8], "body": body}}))
        assert fingerprint(expand(load_text(spec.to_yaml()))) == fingerprint(graph)


def most_held(graph, order, *, caller_keeps_input):
    """The definition, node by node: what is needed, made by then, and read then, later or by whoever called."""
    needed = set(graph.outputs).union(graph.inputs, *(nx.ancestors(graph.to_networkx(), o) for o in graph.outputs))
    kept = {*graph.outputs, *(graph.inputs if caller_keeps_input else ())}
    at = {node: position for position, node in enumerate(order)}

    def held(now):
        read = {source for node in needed if at[node] >= at[now] for source in graph.nodes[node].inputs}
        return [value for value in needed if at[value] <= at[now] and value in kept | read | {now}]

    return max(sum(4 * math.prod(graph.nodes[value].type.shape) for value in held(now)) for now in needed)


@given(BODIES)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_peak_memory_is_what_the_running_network_holds(body):
    graph = graph_of(body)
    if graph is None:
        return
    network = compile_graph(graph).eval()
    simple = network.graph
    written, run = range(len(simple.nodes)), memory_order(simple).nodes
    assert facts(graph).peak_memory == most_held(simple, written, caller_keeps_input=False)
    x = torch.randn(1, 4, 8, 8)
    alive, most = [weakref.ref(x)], x.nbytes

    def measure(module, arguments, output):
        nonlocal most
        value = output.clone()  # a value of its own, also where a module passes its input on or returns a view of it
        alive.append(weakref.ref(value))
        most = max(most, sum(tensor.nbytes for each in alive if (tensor := each()) is not None))
        return value

    for node in simple.nodes[1:]:
        network.get_submodule(node.path).register_forward_hook(measure)
    with torch.no_grad():
        network(x)
    assert most == most_held(simple, run, caller_keeps_input=True)
