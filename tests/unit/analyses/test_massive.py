"""Massive activations: planted ones are found, all of them and nothing else."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from fractalgen.analyses.activations import Activations
from fractalgen.analyses.magnitudes import magnitudes, massive
from fractalgen.analyses.subject import Subject
from fractalgen.compiler import compile_graph
from fractalgen.errors import CompileError, TrainError
from fractalgen.passes import expand
from fractalgen.spec import load_text

TAPPED = """{sequence: [flatten, {tap: {name: hidden, of: {linear: {out: 40}}}}, {linear: {out: 10}}]}"""
AROUND = """{sequence: [
  flatten,
  {linear: {out: 40}},
  {join: {mode: sum, branches: [identity, {tap: {name: hidden, of: {linear: {out: 40}}}}]}},
  {linear: {out: 10}}]}"""


def normal(std, shape=(1, 64, 32), seed=0):
    return std * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def flat(median, shape=(1, 64, 32)):
    return torch.full(shape, median)


def massive_of(state):
    return massive(state, magnitudes(state).bound(Activations().above, Activations().ratio))


@pytest.mark.parametrize(
    ("state", "planted", "found"),
    [(normal(0.2966), 2000.0, 1), (normal(0.02), 99.0, 0), (flat(1.0), 150.0, 0), (flat(0.2), 250.0, 1)],
    ids=["2000 among normal", "99", "150 over a median of 1", "250 over a median of 0.2"],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_massive_activation_is_above_100_and_above_1000_times_the_median(state, planted, found, sign):
    state = state.clone()
    state[0, 3, 7] = sign * planted
    where = massive_of(state)
    assert where.nonzero().tolist() == [[0, 3, 7]] * found


def test_each_sample_has_a_median_of_its_own():
    state = torch.cat([flat(0.2), flat(1.0)])
    state[:, 0, 0] = 250.0
    assert massive_of(state).flatten(1).sum(1).tolist() == [1, 0]


def test_magnitudes_are_those_that_numpy_finds():
    state = normal(1.0, (3, 5, 4))
    found = magnitudes(state)
    for sample, *sizes in zip(state, found.largest, found.third, found.median, strict=True):
        ordered = sample.abs().flatten().sort(descending=True).values
        assert [ordered[0], ordered[2]] == sizes[:2]
        assert math.isclose(float(ordered[9] + ordered[10]) / 2, float(sizes[2]), rel_tol=1e-6)


def plant(subject, layer, channel, value, weight=0.0):
    """Make one channel of a layer large, and the others small."""
    module = subject.network.get_submodule(layer)
    with torch.no_grad():
        module.weight.mul_(0.01)
        module.weight[channel] = weight
        module.bias[channel] = value


def loss_of(subject, head, hidden):
    labels = subject.dataset.validation.batch(slice(None))[1]
    with torch.no_grad():
        return float(F.cross_entropy(subject.network.get_submodule(head)(hidden), labels))


def values(subject, *names):
    inputs = subject.dataset.validation.batch(slice(None))[0]
    with torch.no_grad():
        return subject.network.between(ends=names)(inputs)


def test_a_planted_channel_is_found_in_every_sample(subject_of):
    subject = subject_of(TAPPED)
    plant(subject, "linear", 7, 900.0)
    (row,) = Activations().run(subject).rows
    count = len(subject.dataset.validation)
    assert (row.point, row.depth, row.massive, row.samples, row.channels) == ("hidden", 1, count, count, (7,))
    assert (row.largest, row.third < 1) == (900.0, True)


def test_without_it_the_loss_is_that_of_the_network_with_a_zero_there(subject_of):
    subject = subject_of(TAPPED)
    plant(subject, "linear", 7, 900.0)
    (row,) = Activations().run(subject).rows
    hidden = values(subject, "hidden")
    assert row.loss == pytest.approx(loss_of(subject, "linear_2", hidden), rel=1e-5)
    hidden[:, 7] = 0
    assert row.zeroed == pytest.approx(loss_of(subject, "linear_2", hidden), rel=1e-5)
    assert row.averaged == pytest.approx(row.loss, rel=1e-6)
    assert row.zeroed < row.loss / 2


def test_the_mean_is_that_of_the_channel_over_all_samples(subject_of):
    subject = subject_of(TAPPED)
    plant(subject, "linear", 7, 900.0, weight=5.0)
    (row,) = Activations().run(subject).rows
    hidden = values(subject, "hidden")
    assert massive_of(hidden)[:, 7].all()
    hidden[:, 7] = hidden[:, 7].mean()
    assert row.averaged == pytest.approx(loss_of(subject, "linear_2", hidden), rel=1e-4)
    assert abs(row.averaged - row.loss) > 1e-3


def test_ways_around_the_point_stay_as_they_are(subject_of):
    subject = subject_of(AROUND)
    plant(subject, "linear_2", 7, 900.0)
    (row,) = Activations().run(subject).rows
    stem, hidden = values(subject, "linear", "hidden")
    hidden[:, 7] = 0
    assert row.zeroed == pytest.approx(loss_of(subject, "linear_3", stem + hidden), rel=1e-5)


def test_where_nothing_is_massive_nothing_is_set(subject_of):
    found = Activations(at="every-layer").run(subject_of(TAPPED))
    assert [(row.massive, row.channels, row.zeroed, row.averaged) for row in found.rows] == [(0, (), None, None)] * 2
    assert found.figures["points_with_massive"] == 0


def test_bounds_are_options(subject_of):
    (row,) = Activations(at="hidden", above=0, ratio=4, samples=50).run(subject_of(TAPPED)).rows
    assert row.massive > 0
    assert row.samples <= 50


def test_channels_of_images_are_their_first_axis(subject_of):
    subject = subject_of("{sequence: [{conv: {out: 6, bias: true}}, global_avg_pool, {linear: {out: 10}}]}")
    plant(subject, "conv", 4, -700.0)
    (row,) = Activations(at="conv").run(subject).rows
    assert row.channels == (4,)
    assert row.massive == len(subject.dataset.validation) * 8 * 8


def test_lines_are_over_the_depth_and_named_by_point(subject_of):
    plot = Activations(at="every-layer").run(subject_of(TAPPED)).plot
    assert [line.name for line in plot.lines] == ["largest", "third largest", "median"]
    assert [(x, name) for x, _, name in plot.lines[0].points] == [(1.0, "hidden"), (2.0, "linear_2")]


def test_each_line_shows_its_figure_of_the_rows(subject_of):
    found = Activations(at="hidden").run(subject_of(TAPPED))
    (row,) = found.rows
    assert [line.points[0][1] for line in found.plot.lines] == [row.largest, row.third, row.median]


def test_the_input_can_be_looked_at_but_not_changed(subject_of):
    with pytest.raises(CompileError, match="the input of the network cannot be changed"):
        Activations(at="input", above=0, ratio=0).run(subject_of(TAPPED))


def test_the_loss_is_that_of_the_task():
    spec = load_text("""
network: {input: [1, 8, 8], body: {sequence: [{conv: {out: 4}}, {conv: {out: 1}}]}}
train: {task: reconstruction}
data: {source: digits}
""")
    subject = Subject(spec, compile_graph(expand(spec)), 0)
    images = subject.dataset.validation.batch(slice(None))[0]
    with torch.no_grad():
        expected = F.mse_loss(subject.network(images), images)
    assert Activations().run(subject).figures["loss"] == pytest.approx(float(expected), rel=1e-4)


def test_a_spec_without_data_has_nothing_to_show(subject_of):
    with pytest.raises(TrainError, match="the spec names no data"):
        Activations().run(subject_of(TAPPED, data=False))
