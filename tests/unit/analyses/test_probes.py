"""Linear probes see what is there, and change nothing."""

from __future__ import annotations

import copy

import pytest
import torch

from fractalgen.analyses.linear_classifier import linear_classifier
from fractalgen.analyses.points import find_points
from fractalgen.analyses.probe_features import features_of
from fractalgen.analyses.probes import Probes
from fractalgen.analyses.subject import Subject
from fractalgen.compiler import compile_graph
from fractalgen.errors import TrainError
from fractalgen.passes import expand, fingerprint
from fractalgen.spec import load_text
from fractalgen.training import fit, load_data

PLAIN = """
name: plain
rules:
  layers: {parameters: {width: {type: int}}, body: {repeat: {times: 5, as: index, body: UNIT}}}
network:
  input: [1, 8, 8]
  body: {sequence: [{layers: {width: 8}}, global_avg_pool, {linear: {out: 10}}]}
data: {source: digits}
train: {epochs: 6, batch: 32, lr: 0.2, schedule: one_cycle}
"""
TAPPED = PLAIN.replace("UNIT", '{tap: {name: "layer_${index}", of: {conv_bn_relu: {out: $width}}}}')
UNTAPPED = PLAIN.replace("UNIT", "{conv_bn_relu: {out: $width}}")
TEXT = """
network: {input: {shape: [8], dtype: int}, body: {sequence: [{embedding: {tokens: 256, out: 6}}, {linear: {out: 256}}]}}
data: {path: PATH, length: 8}
"""


def built(text):
    spec = load_text(text)
    return spec, compile_graph(expand(spec), seed=0)


def trained(text):
    spec, network = built(text)
    fit(network, spec.train, load_data(spec.data))
    return Subject(spec, network)


@pytest.fixture(scope="module")
def subject():
    return trained(TAPPED)


@pytest.fixture(scope="module")
def found(subject):
    return Probes().run(subject)


def test_the_error_falls_with_depth_in_a_trained_network(found):
    assert [row.point for row in found.rows] == [f"layers.layer_{index}" for index in range(5)]
    assert found.figures["spearman"] <= -0.9


def test_it_does_not_in_the_untrained_control(found):
    spec, network = built(TAPPED)
    control = Probes().run(Subject(spec, network, seed=0))
    assert control.figures["spearman"] > -0.9
    assert control.rows[-1].error > 2 * found.rows[-1].error


def test_a_tap_changes_no_bit_of_the_training():
    one, other = (trained(text.replace("epochs: 6", "epochs: 1")) for text in (TAPPED, UNTAPPED))
    assert fingerprint(expand(one.spec)) == fingerprint(expand(other.spec))
    own = one.network.state_dict()
    assert all(torch.equal(value, own[name]) for name, value in other.network.state_dict().items())


def test_a_probed_network_is_the_same_to_the_last_bit(subject):
    images = subject.dataset.validation.batch(slice(None))[0]
    before, answers = copy.deepcopy(subject.network.state_dict()), subject.network(images)
    Probes().run(subject)
    after = subject.network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert torch.equal(subject.network(images), answers)
    assert not subject.network.training


def test_probing_twice_gives_the_same_figures(subject, found):
    assert Probes().run(subject) == found


def test_taps_are_not_needed(subject, found):
    spec, network = built(UNTAPPED)
    network.load_state_dict(subject.network.state_dict())
    again = Probes(at="every-call").run(Subject(spec, network))
    errors = {row.point: row.error for row in again.rows}
    assert errors["layers.conv_bn_relu.relu"] == found.rows[0].error


def test_figures_say_how_the_network_itself_and_chance_do(found):
    assert found.figures["network_error"] < found.rows[0].error
    assert found.figures["chance_error"] == pytest.approx(0.9, abs=0.02)
    assert found.figures["train_targets"] + found.figures["validation_targets"] == 1438


def test_pooled_is_a_number_a_channel_and_flattened_every_number(subject):
    (pooled,) = Probes(at="layers.layer_0", samples=60).run(subject).rows
    (flattened,) = Probes(at="layers.layer_0", samples=60, features="flattened").run(subject).rows
    assert (pooled.features, flattened.features) == (8, 8 * 8 * 8)


def test_features_of_images_sequences_vectors_and_streams():
    body = """{sequence: [{embedding: {tokens: 9, out: 4}}, {residual_bus: {streams: 3, kind: hyper_connection, body: {site: linear}}}]}"""
    spec = load_text(f"network: {{input: {{shape: [5], dtype: int}}, body: {body}}}")
    points = {point.name: point for point in find_points(compile_graph(expand(spec)).graph, "every-node")}
    streams = next(point for point in points.values() if point.type.streams)
    value = torch.randn(2, 3, 5, 4)
    assert torch.equal(features_of(value, streams, "pooled"), value.mean(2).flatten(1))
    sequence = value[:, 0]
    assert torch.equal(features_of(sequence, points["embedding"], "pooled"), sequence.mean(1))
    assert features_of(sequence, points["embedding"], "flattened").shape == (2, 20)


def test_a_probe_is_at_the_optimum_of_its_problem():
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (300,), generator=generator)
    x = (torch.randn(300, 4, generator=generator) + 2 * torch.eye(3, 4)[labels]).numpy()
    score = linear_classifier((x[:200], labels[:200].numpy()), (x[200:], labels[200:].numpy()), 1.0)
    assert score.converged
    scaled = torch.tensor((x - x[:200].mean(0)) / x[:200].std(0), dtype=torch.float64)
    weight, bias = (torch.zeros(shape, dtype=torch.float64, requires_grad=True) for shape in ((3, 4), (3,)))
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=500, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        logits = scaled[:200] @ weight.T + bias
        loss = torch.nn.functional.cross_entropy(logits, labels[:200], reduction="sum") + weight.square().sum() / 2
        loss.backward()
        return loss

    optimizer.step(closure)
    wrong = ((scaled[200:] @ weight.T + bias).argmax(1) != labels[200:]).float().mean()
    assert score.error == pytest.approx(float(wrong), abs=1e-6)


def test_of_a_text_each_place_is_a_target(tmp_path):
    (tmp_path / "book.txt").write_text("to be or not to be " * 60)
    spec, network = built(TEXT.replace("PATH", str(tmp_path / "book.txt")))
    found = Probes(at="embedding", samples=20).run(Subject(spec, network, 0))
    (row,) = found.rows
    assert (row.features, found.figures["train_targets"]) == (6, 20 * 8)
    assert row.error < found.figures["chance_error"]


def test_of_a_text_only_values_with_a_vector_a_place_can_be_probed(tmp_path):
    (tmp_path / "book.txt").write_text("to be or not to be " * 60)
    text = TEXT.replace(
        "{linear: {out: 256}}", "{residual_bus: {kind: hyper_connection, body: {site: linear}}}, {linear: {out: 256}}"
    )
    spec, network = built(text.replace("PATH", str(tmp_path / "book.txt")))
    with pytest.raises(TrainError, match="and the data have a target at each of 8 places"):
        Probes(at="every-node").run(Subject(spec, network, 0))


def test_too_many_features_are_refused_before_anything_runs(subject, monkeypatch):
    monkeypatch.setattr("fractalgen.analyses.probe_features.MOST_NUMBERS", 10_000)
    with pytest.raises(TrainError, match=r"features of 5 points are too many, the limit is 10,000"):
        Probes(features="flattened").run(subject)


def test_samples_of_one_class_teach_nothing():
    classes = torch.zeros(4).numpy()
    with pytest.raises(TrainError, match="4 training samples are of one class"):
        linear_classifier((torch.randn(4, 2).numpy(), classes), (torch.randn(4, 2).numpy(), classes), 1.0)


def test_a_spec_without_data_cannot_be_probed():
    spec, network = built("network: {input: [1, 8, 8], body: {sequence: [conv, global_avg_pool, {linear: {out: 10}}]}}")
    with pytest.raises(TrainError, match="the spec names no data"):
        Probes().run(Subject(spec, network, 0))


def test_only_classifiers_can_be_probed():
    body = "{sequence: [{conv: {out: 4}}, {conv: {out: 1}}]}"
    spec, network = built(f"""
network: {{input: [1, 8, 8], body: {body}}}
train: {{task: reconstruction}}
data: {{source: digits}}
""")
    with pytest.raises(TrainError, match="linear probes tell classes apart, and the task is reconstruction"):
        Probes().run(Subject(spec, network, 0))
