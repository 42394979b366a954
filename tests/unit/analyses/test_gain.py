"""The gain of a residual bus: row and column sums of the product of what its sites mix."""

import pytest
import torch

from fractalgen.analyses.run import make_analysis
from fractalgen.analyses.subject import Subject
from fractalgen.compiler import compile_graph
from fractalgen.errors import CompileError, FractalGenError
from fractalgen.ir.joins import Join
from fractalgen.ir.joins.mean import Mean
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.training import FitOptions, fit, load_data

SPEC = """
network:
  input: [1, 4, 4]
  body:
    sequence:
      - ENTRY
      - residual_bus: {streams: STREAMS, kind: KIND, body: BODY}
      - flatten
      - linear: {out: 10}
data: {source: synthetic, count: 200, shape: [1, 4, 4]}
train: {epochs: 2, batch: 64, optimizer: adamw, lr: 0.01}
"""
SITE = "{site: {sequence: [rms_norm, relu, linear]}}"
CONV = "{site: {sequence: [rms_norm, relu, conv]}}"
VECTOR = "{sequence: [flatten, {linear: {out: 16}}]}"
IMAGE = "{conv: {out: 3}}"
KINDS = ["hyper_connection", "{hyper_connection: {dynamic: true}}", "manifold"]


def bus_of(body, kind="hyper_connection", entry=VECTOR, streams=2):
    text = SPEC.replace("ENTRY", entry).replace("STREAMS", str(streams)).replace("KIND", kind).replace("BODY", body)
    spec = load_text(text)
    return Subject(spec, compile_graph(expand(spec)), 0)


def gain(subject, **options):
    return make_analysis("gain", {"samples": 20, **options}).run(subject)


def connections(subject):
    modules = subject.network.named_modules()
    return [module for name, module in modules if name.rpartition(".")[2].startswith(("hyper_connection", "manifold"))]


def set_mixes(subject, *matrices):
    """Make the static sites mix by matrices whose rows are the new streams."""
    for module, matrix in zip(connections(subject), matrices, strict=True):
        module.mix.data = torch.tensor(matrix).T


A, B = [[2.0, 1.0], [0.0, -1.0]], [[1.0, 3.0], [0.0, 1.0]]


def test_sums_are_those_of_the_product_from_the_opening_on():
    subject = bus_of(f"{{sequence: [{SITE}, {SITE}]}}")
    set_mixes(subject, A, B)
    first, second = gain(subject).rows
    assert (first.depth, first.forward, first.backward) == (1, 3, 2)
    assert (second.depth, second.forward, second.backward) == (2, 4, 3)  # B A = [[2, -2], [0, -1]]
    assert (second.mean_forward, second.mean_backward) == (4, 3)


@pytest.mark.parametrize("entry", [VECTOR, IMAGE])
@pytest.mark.parametrize("kind", KINDS[:2])
def test_hyper_connections_begin_without_gain(kind, entry):
    found = gain(bus_of(f"{{repeat: {{times: 3, body: {CONV if entry == IMAGE else SITE}}}}}", kind, entry))
    assert [(row.forward, row.backward, row.mean_forward) for row in found.rows] == [(1, 1, 1)] * 3
    assert found.figures == {"sites": 3, "largest_forward": 1, "largest_backward": 1}


def test_a_join_of_streams_joins_the_products_of_its_branches():
    subject = bus_of(f"{{sequence: [{{join: {{mode: mean, branches: [{SITE}, identity]}}}}, {SITE}]}}")
    set_mixes(subject, A, B)
    expected = torch.tensor(B) @ (torch.tensor(A) + torch.eye(2)) / 2
    assert gain(subject).rows[-1].forward == pytest.approx(float(expected.abs().sum(1).max()))
    assert gain(subject).rows[-1].backward == pytest.approx(float(expected.abs().sum(0).max()))


def test_what_sites_mix_is_looked_at_in_every_position_of_every_sample():
    subject = bus_of(f"{{repeat: {{times: 2, body: {CONV}}}}}", "manifold", IMAGE)
    torch.manual_seed(0)
    for module in connections(subject):
        torch.nn.init.normal_(module.gates)
        torch.nn.init.normal_(module.projection)
    row = gain(subject).rows[-1]
    assert row.forward == pytest.approx(1, abs=1e-5)
    assert 1 <= row.mean_backward <= row.backward < 1.1


def test_a_bus_inside_of_a_site_has_a_product_of_its_own():
    inner = f"{{residual_bus: {{streams: 3, kind: hyper_connection, body: {SITE}}}}}"
    found = gain(bus_of(f"{{sequence: [{{site: {inner}}}, {SITE}]}}"))
    assert [row.forward for row in found.rows] == [1, 1, 1]


def test_a_manifold_of_48_layers_stays_below_1_6_after_training():
    subject = bus_of(f"{{repeat: {{times: 48, body: {SITE}}}}}", "manifold", streams=4)
    fit(subject.network, subject.spec.train, load_data(subject.spec.data), FitOptions(device="cpu"))
    moved = max(float(module.gates.detach().sub(0.01).abs().max()) for module in connections(subject))
    found = gain(Subject(subject.spec, subject.network))
    assert moved > 0.01
    assert found.figures["sites"] == 48
    assert found.figures["largest_forward"] < 1.6
    assert found.figures["largest_backward"] < 1.6


def test_the_plot_has_a_line_each_way():
    plot = gain(bus_of(f"{{repeat: {{times: 3, body: {SITE}}}}}")).plot
    assert [(line.name, [point[0] for point in line.points]) for line in plot.lines] == [
        ("forward", [1, 2, 3]),
        ("backward", [1, 2, 3]),
    ]


def test_a_network_without_sites_has_no_gain():
    with pytest.raises(CompileError, match="the network has no site of a residual bus. Give one with `residual_bus`"):
        gain(bus_of("identity"))


def test_a_maximum_of_streams_is_no_matrix():
    with pytest.raises(CompileError, match="'max' merges streams by max, which no matrix does. Join by mean."):
        gain(bus_of(f"{{join: {{mode: max, branches: [{SITE}, identity]}}}}"))


def test_a_join_that_does_not_say_that_it_is_linear_is_no_matrix(monkeypatch):
    monkeypatch.setattr(Mean, "linear", Join.linear)
    with pytest.raises(CompileError, match="'mean' merges streams by mean, which no matrix does"):
        gain(bus_of(f"{{join: {{mode: mean, branches: [{SITE}, identity]}}}}"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 0}, "gain.samples must be at least 1, found 0"),
        ({"sampels": 3}, "'gain' has no parameter 'sampels'"),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(FractalGenError, match=message):
        make_analysis("gain", options)
