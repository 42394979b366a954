"""Lowered random specs compute what their networks compute."""

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fractalgen.compiler import LoweringOptions, compile_graph, lower
from fractalgen.compiler.exporters.python import source
from fractalgen.errors import GraphError, SpecError
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.tree import dump

MODES = st.sampled_from(
    [
        *("mean", "sum", "max", "learned", "gate", "shake", "hyper_connection", "manifold"),
        {"hyper_connection": {"dynamic": True}},
        {"concat": {"project": True}},
    ]
)
LEAVES = st.one_of(
    st.builds(lambda out, bias: {"conv": {"out": out, "bias": bias}}, st.sampled_from([2, 4]), st.booleans()),
    st.builds(lambda out: {"conv_bn_relu": {"out": out}}, st.sampled_from([2, 4])),
    st.sampled_from(["batch_norm", "relu", "gelu", "max_pool", "identity", "upsample", "layer_norm", "stochastic_depth"]),
    st.just({"conv": {"share": "w", "out": 4}}),
)  # fmt: skip


def bigger(inner):
    return st.one_of(
        st.builds(lambda parts: {"sequence": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda mode, parts, drop: {
                "join": {"mode": mode, "branches": parts, "droppable": drop, "adapt": "project"}
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
    )


BODIES = st.recursive(LEAVES, bigger, max_leaves=6)
OPTIONS = st.builds(LoweringOptions, st.booleans(), st.sampled_from(["always", "never"]), st.booleans(), st.booleans())


def sections_of(body, column):
    """The network of a body and one of its columns; none for a body that means nothing."""
    try:
        graph = expand(load_text(dump({"network": {"input": [4, 8, 8], "body": body}})))
    except (SpecError, GraphError):
        return []
    network = compile_graph(graph).double().eval()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
    return [network.between(), network.column(1 + column % graph.columns)]


@given(BODIES, OPTIONS, st.integers(0, 100))
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_lowered_random_spec_computes_the_same(body, options, column):
    x = torch.randn(2, 4, 8, 8, dtype=torch.float64)
    for section in sections_of(body, column):
        with torch.no_grad():
            torch.testing.assert_close(lower(section, options)(x), section(x), rtol=1e-12, atol=1e-12)


@given(BODIES, st.integers(0, 100))
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_python_source_of_a_random_spec_computes_the_same(body, column):
    x = torch.randn(2, 4, 8, 8, dtype=torch.float64)
    for section in sections_of(body, column):
        names = {"__name__": "exported"}
        exec(source(section), names)  # noqa: S102 - the source that was just made
        exported = names["Network"]().double().eval()
        state = section.state_dict()
        exported.load_state_dict({name: state[name] for name in exported.state_dict()})
        with torch.no_grad():
            torch.testing.assert_close(exported(x), section(x), rtol=1e-12, atol=1e-12)
