"""Lowered random specs compute what their networks compute."""

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fractalgen.compiler import LoweringOptions, compile_graph, lower
from fractalgen.errors import GraphError, SpecError
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.tree import dump

MODES = st.sampled_from(["mean", "sum", "max", "learned", "gate", {"concat": {"project": True}}])
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


@given(BODIES, OPTIONS, st.integers(0, 100))
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_lowered_random_spec_computes_the_same(body, options, column):
    try:
        graph = expand(load_text(dump({"network": {"input": [4, 8, 8], "body": body}})))
    except (SpecError, GraphError):
        return
    network = compile_graph(graph).double().eval()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 4, 8, 8, dtype=torch.float64)
    with torch.no_grad():
        for section in (network.between(), network.column(1 + column % graph.columns)):
            torch.testing.assert_close(lower(section, options)(x), section(x), rtol=1e-12, atol=1e-12)
