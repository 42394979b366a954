"""Hyper-connections begin as the residual net, and their streams live from the opening to the closing."""

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.nn.hyper_connections import (
    CloseStreams,
    ManifoldConnection,
    OpenStreams,
    StaticConnection,
    StreamRead,
    StreamWrite,
)
from fractalgen.passes import expand
from fractalgen.spec import load_text

LAYERS = {
    "[8, 6, 5]": "{sequence: [{group_norm: {groups: 1, affine: false, eps: 1e-12}}, conv, relu]}",
    "[6, 8]": "{sequence: [{rms_norm: {affine: false, eps: 1e-12}}, {attention: {heads: 2}}]}",
    "[8]": "{sequence: [{rms_norm: {affine: false, eps: 1e-12}}, linear, gelu]}",
}
BUS = "network: {input: INPUT, body: {residual_bus: {kind: KIND, body: {repeat: {times: 6, body: {site: LAYER}}}}}}"
RESIDUAL = "network: {input: INPUT, body: {repeat: {times: 6, body: {residual: {inner: LAYER}}}}}"


def nets(kind, source):
    """A bus and the pre-norm residual net with the same layers."""
    found = [
        compile_graph(expand(load_text(text.replace("INPUT", source).replace("KIND", kind).replace("LAYER", layer))))
        for text, layer in ((BUS, LAYERS[source]), (RESIDUAL, LAYERS[source]))
    ]
    layers = [[m for m in net.modules() if type(m).__name__ in ("Conv2d", "Linear", "SelfAttention")] for net in found]
    for one, other in zip(*layers, strict=True):
        other.load_state_dict(one.state_dict())
    return found


def batch(source, size=3):
    torch.manual_seed(0)
    return torch.randn(size, *eval(source))  # noqa: S307 - a list of this file


@pytest.mark.parametrize("source", LAYERS)
@pytest.mark.parametrize(
    ("kind", "tolerance"), [("hyper_connection", 0), ("{hyper_connection: {dynamic: true}}", 1e-5)]
)
def test_a_bus_begins_as_streams_times_the_residual_net(kind, tolerance, source):
    bus, residual = nets(kind, source)
    x = batch(source)
    assert (bus(x) - 4 * residual(x)).abs().max() <= tolerance


@pytest.mark.parametrize("source", LAYERS)
def test_a_manifold_without_gates_and_biases_is_the_residual_net(source):
    bus, residual = nets("manifold", source)
    for module in bus.modules():
        if isinstance(module, ManifoldConnection):
            torch.nn.init.zeros_(module.gates)
            assert not module.bias.any()
    x = batch(source)
    expected = residual.double()(x.double())
    assert (bus.double()(x.double()) / 4 - expected).abs().max() <= 1e-6


@pytest.mark.parametrize("source", LAYERS)
def test_a_manifold_begins_near_the_residual_net(source):
    bus, residual = nets("manifold", source)
    x = batch(source)
    difference = (bus(x) / 4 - residual(x)).abs().max()
    assert 1e-6 < difference < 0.2


def test_mixed_precision_does_not_round_the_streams():
    source = "[6, 8]"
    bus, residual = nets("hyper_connection", source)
    x = batch(source)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out, expected = bus(x), 4 * residual(x)
    assert out.dtype == torch.float32
    assert torch.equal(out, expected)


def test_doubly_stochastic_rows_and_columns_sum_to_one():
    torch.manual_seed(0)
    logits = torch.randn(500, 4, 4)
    mixed = ManifoldConnection(4, 8).doubly_stochastic(logits)
    assert mixed.min() > 0
    assert (mixed.sum(-1) - 1).abs().max() < 1e-6
    assert (mixed.sum(-2) - 1).abs().max() < 1e-3


def test_doubly_stochastic_survives_logits_that_overflow_an_exponential():
    mixed = ManifoldConnection(4, 8).doubly_stochastic(1000 * torch.eye(4) - 500)
    torch.testing.assert_close(mixed, torch.eye(4))


def test_a_manifold_mixes_new_stream_i_from_old_stream_j():
    """H_res of the paper has new streams in its rows; a permutation of streams shows which way round it is used."""
    connection = ManifoldConnection(3, 2, images=False)
    torch.nn.init.zeros_(connection.gates)
    shift = torch.eye(3).roll(1, 0)  # new stream i is old stream i - 1
    with torch.no_grad():
        connection.bias[6:] = (40 * shift - 20).flatten()
    state, y = torch.randn(1, 3, 5, 2), torch.zeros(1, 5, 2)
    out = StreamWrite(3, images=False)([state, connection(state), y], (0, 1, 2))
    torch.testing.assert_close(out, state.roll(1, 1))


def test_site_m_begins_by_reading_stream_m_modulo_n():
    state = torch.randn(2, 3, 4, 5, 6)
    for site in range(7):
        weights = StaticConnection(3, site)(state)
        assert torch.equal(StreamRead(3)([state, weights], (0, 1)), state[:, site % 3])


def test_a_write_mixes_the_streams_and_adds_the_output():
    connection = StaticConnection(2)
    with torch.no_grad():
        connection.write.copy_(torch.tensor([3.0, 5.0]))
        connection.mix.copy_(torch.tensor([[1.0, 7.0], [2.0, 11.0]]))  # row: old stream; column: new stream
    state, y = torch.randn(2, 2, 4), torch.randn(2, 4)
    out = StreamWrite(2)([state, connection(state), y], (0, 1, 2))
    a, b = state.unbind(1)
    torch.testing.assert_close(out, torch.stack([a + 2 * b + 3 * y, 7 * a + 11 * b + 5 * y], 1))


def test_streams_open_as_copies_and_close_as_their_sum():
    x = torch.randn(2, 3, 4)
    state = OpenStreams(4)(x)
    assert torch.equal(state, torch.stack([x] * 4, 1))
    torch.testing.assert_close(CloseStreams()(state), 4 * x)


@pytest.mark.parametrize("kind", ["hyper_connection", "{hyper_connection: {dynamic: true}}", "manifold"])
def test_what_is_written_to_one_stream_at_the_first_site_reaches_the_last_output(kind):
    """Streams that closed and opened again between sites would lose which stream it was written to."""
    text = (
        "network: {input: [6, 8], body: {residual_bus: {kind: KIND, body: {repeat: {times: 4, body: {site: LAYER}}}}}}"
    )
    net = compile_graph(expand(load_text(text.replace("KIND", kind).replace("LAYER", LAYERS["[6, 8]"])))).eval()
    torch.manual_seed(2)
    for name, parameter in net.named_parameters():
        if "hyper_connection" in name or "manifold" in name:
            torch.nn.init.normal_(parameter, std=0.5)
    x = batch("[6, 8]")
    outs = []
    for stream in range(4):
        first = net.write_streams

        def perturb(module, values, out, stream=stream):
            changed = out.clone()
            changed[:, stream] += 1
            return changed

        handle = first.register_forward_hook(perturb)
        outs.append(net(x))
        handle.remove()
    plain = net(x)
    assert all((out - plain).abs().max() > 1e-3 for out in outs)
    assert (outs[2] - outs[1]).abs().max() > 1e-3
