"""Points to begin with, from the spec and from another run."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from fractalgen.errors import ParameterError, SearchError, UnknownNameError
from fractalgen.search import Result, SearchOptions, run_search
from fractalgen.search.points.starts import read_point, same_point, whole_point
from fractalgen.search.points.warm_start import WarmStart
from fractalgen.search.store.drivers import Alone
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.load import load_text
from fractalgen.spec.tree import parse

SPACE = Space(
    (
        Hole("kind", "choice", 0, 2, labels=("conv", "{fractal: {columns: 2}}", "8")),
        Hole("columns", "int", 1, 9, step=2, under=(("kind", (1,)),)),
        Hole("rate", "float", 0.0, 1.0),
    ),
    None,
)


def read(text):
    return read_point(SPACE, parse(text, "f.yaml"))


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("kind: conv", {"kind": 0}),
        ("kind: {fractal: {columns: 2}}", {"kind": 1}),
        ("kind: 8", {"kind": 2}),
        ("{columns: 3, rate: 0}", {"columns": 3, "rate": 0.0}),
        ("{}", {}),
    ],
)
def test_a_point_is_written_as_its_alternatives_and_numbers(text, point):
    assert read(text) == point


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("kin: conv", UnknownNameError, "f.yaml:1:1: kin: the space has no hole 'kin'. Did you mean 'kind'?"),
        ("kind: con", ParameterError, "hole 'kind' has no alternative con. Did you mean 'conv'?"),
        ("columns: 2", ParameterError, "hole 'columns' takes 1 to 9, found 2"),
        ("rate: true", ParameterError, "hole 'rate' takes a number, found true"),
        ("{kind: conv, columns: 3}", ParameterError, "the hole 'columns' does not exist when 'kind' is conv"),
        ("[kind]", ParameterError, "a point is a mapping of holes to values"),
    ],
)
def test_a_point_that_the_space_does_not_have_is_refused(text, kind, message):
    with pytest.raises(kind) as caught:
        read(text)
    assert message in str(caught.value)


def test_what_a_point_leaves_out_is_drawn_the_same_each_time():
    one = whole_point(SPACE, {"columns": 3}, "seed")
    assert one == whole_point(SPACE, {"columns": 3}, "seed")
    assert one["kind"] == 1, "the alternative that has the hole"
    assert one["columns"] == 3
    assert one.keys() == {"kind", "columns", "rate"}


def test_a_point_is_found_again_by_its_labels():
    point = {"kind": 1, "columns": 5, "rate": 0.25}
    assert same_point(SPACE, SPACE.labels(point)) == point
    assert same_point(SPACE, {"kind": "conv", "columns": 5, "rate": 0.25}) is None
    assert same_point(SPACE, {"kind": "other", "rate": 0.25}) is None
    assert same_point(SPACE, {"kind": "conv", "rate": 7.0}) is None


def params(board):
    return [dict(row.params) for row in board.trials]


def test_a_search_begins_with_its_points_and_goes_on_with_them_after_a_stop(bench):
    points = ({"body.kind": 0, "body.width": 7}, {"body.kind": 1, "body.columns": 2, "body.width": 9})
    bench.warm = WarmStart(points)
    whole = replace(bench, folder=bench.folder.parent / "whole")
    bench.run(1)
    bench.run(3)
    assert params(bench.run(8)) == params(whole.run(8))
    assert params(whole.run(8))[:2] == [bench.space.labels(point) for point in points]


def test_points_that_wait_are_no_trials_yet(bench):
    bench.warm = WarmStart(tuple({"body.kind": 0, "body.width": width} for width in (7, 9, 11, 13)))
    assert [row["body.width"] for row in params(bench.run(2))] == [7, 9]
    assert [row["body.width"] for row in params(bench.run(4))] == [7, 9, 11, 13]


def test_points_are_asked_for_once(bench):
    bench.warm = WarmStart(({"body.kind": 0, "body.width": 7},) * 2)
    bench.run(2)
    assert [row["body.width"] for row in params(bench.run(6))].count(7) <= 2


NETWORK = """
name: bench
network:
  input: [1, 8, 8]
  body: {sequence: [{conv: {out: {int: [1, 9]}, kernel: 3}}, flatten, {linear: {out: 10}}]}
train: {epochs: EPOCHS}
search: {sampler: SAMPLER, start: START}
"""
HOLE = "network.body.sequence[0].conv.out"


def network(epochs=2, start="[]", sampler="random"):
    return NETWORK.replace("EPOCHS", str(epochs)).replace("START", start).replace("SAMPLER", sampler)


@pytest.fixture
def search(tmp_path):
    def run(name, trials=4, start="[]", epochs=2, sampler="random", **options):
        spec = load_text(network(epochs=epochs, start=start, sampler=sampler))
        evaluation = Counted()
        board = run_search(spec, tmp_path / name, SearchOptions(trials=trials, evaluation=evaluation, **options))
        return board, evaluation.asked

    return run


class Counted:
    metrics = ("val_accuracy",)
    keeps_weights = True

    def __init__(self):
        self.asked = []

    def digest(self, data):
        return str(data)

    def run(self, job, _):
        self.asked.append(job.number)
        (job.folder / "weights").write_text("weights")
        return Result({"val_accuracy": len(job.spec_file.read_text()) % 97 / 97}, history=({},))

    def publish(self, job, _):
        return 0.75 if (job.folder / "weights").exists() else None


def test_results_of_a_run_over_the_same_networks_are_taken_over_and_marked(search, tmp_path):
    first, _ = search("one")
    board, asked = search("two", trials=6, warm_start=tmp_path / "one", seed=5)
    taken = [row for row in board.trials if row.taken_from]
    known = {row.fingerprint: row for row in first.ranked}
    assert {row.fingerprint for row in taken} == set(known)
    assert all(row.values == known[row.fingerprint].values and row.epochs == 0 for row in taken)
    assert not {row.number for row in taken} & set(asked)
    assert len(board.trials) == 6


def test_the_weights_of_a_winner_that_was_taken_over_are_found(search, tmp_path):
    search("one")
    board, asked = search("two", trials=1, warm_start=tmp_path / "one")
    assert (board.best.number, board.test_accuracy, asked) == (0, 0.75, [])


@pytest.mark.parametrize(("trials_are_there", "trained"), [(True, []), (False, [0])])
def test_a_winner_that_was_taken_over_is_published_though_there_are_other_drivers(
    search, tmp_path, monkeypatch, trials_are_there, trained
):
    search("one")
    if not trials_are_there:
        shutil.rmtree(tmp_path / "one" / "trials")
    monkeypatch.setattr(Alone, "several", True)
    board, asked = search("two", trials=1, warm_start=tmp_path / "one")
    assert (board.best.number, board.test_accuracy, asked) == (0, 0.75, trained)


def test_a_winner_of_another_driver_is_left_to_it(search, tmp_path, monkeypatch):
    search("one")
    shutil.rmtree(tmp_path / "one" / "best")
    shutil.rmtree(tmp_path / "one" / "trials")
    monkeypatch.setattr(Alone, "several", True)
    board, asked = search("one")
    assert (board.test_accuracy, asked) == (0.75, []), "what the other one found"
    assert not (tmp_path / "one" / "best").exists()


def test_a_repeat_of_what_was_taken_over_is_marked_too(bench, tmp_path):
    bench.space = Space((Hole("body.kind", "choice", 0, 0, labels=("conv",)), Hole("body.width", "int", 1, 1)), 1)
    known = replace(bench, folder=tmp_path / "known")
    known.run(1)
    row = replace(known.run(1).best, taken_from="runs/known/trials/0")
    bench.warm = WarmStart(taken={row.key: row})
    assert [(row.taken_from, row.cached) for row in bench.run(2).trials] == [
        ("runs/known/trials/0", False),
        ("runs/known/trials/0", True),
    ]


def test_networks_with_another_recipe_are_points_to_begin_with(search, tmp_path):
    first, _ = search("one")
    board, asked = search("two", warm_start=tmp_path / "one", epochs=3, seed=5)
    assert board.trials[0].params == first.best.params
    assert asked[0] == 0
    assert not any(row.taken_from for row in board.trials)


def test_a_run_over_another_space_is_refused_and_nothing_is_written(search, tmp_path):
    search("one")
    text = network().replace("kernel: 3", "kernel: {choice: [1, 3]}")
    with pytest.raises(SearchError, match="no complete trial of .* is a point of this space"):
        run_search(load_text(text), tmp_path / "two", SearchOptions(evaluation=Counted(), warm_start=tmp_path / "one"))
    assert not (tmp_path / "two").exists()


def test_a_run_is_no_warm_start_for_itself(search, tmp_path):
    search("one")
    with pytest.raises(SearchError, match="is the run itself"):
        search("one", trials=6, warm_start=tmp_path / "one")


def test_the_points_of_the_spec_come_first(search):
    board, _ = search("one", start=f"[{{{HOLE!r}: 9}}, {{}}]")
    assert board.trials[0].params == {HOLE: 9}


def test_a_grid_comes_to_every_point_once_whatever_it_begins_with(search, tmp_path):
    search("one")
    board, asked = search("two", trials=9, sampler="grid", warm_start=tmp_path / "one")
    assert [row.params[HOLE] for row in board.trials] == list(range(1, 10))
    assert len(asked) + sum(bool(row.taken_from) for row in board.trials) == 9
