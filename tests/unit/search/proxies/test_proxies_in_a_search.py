from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from fractalgen.search import Job, Result, SearchOptions, check_names, run_search
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.search.proxies import PROXIES
from fractalgen.search.proxies.evaluation import ProxyEvaluation, with_proxies
from fractalgen.spec import load_text
from fractalgen.spec.search import Search

TEXT = """
name: small
network:
  input: [1, 8, 8]
  body:
    sequence:
      - fractal: {columns: {int: [1, 3]}, unit: {conv_bn_relu: {out: {choice: [2, 3, 4]}}}}
      - global_avg_pool
      - linear: {out: 10}
data: {source: digits}
train: {epochs: 1}
search: SEARCH
"""


@dataclass(frozen=True)
class Constant:
    """Trains nothing, says so."""

    metrics: tuple[str, ...] = ("val_accuracy", "seconds")
    keeps_weights: bool = False

    def digest(self, data):
        return "digits"

    def run(self, job, report):
        return Result({"val_accuracy": 0.5, "seconds": 1.0}, seconds=1.0)

    def publish(self, job, best):
        return 0.25


def spec(search):
    return load_text(TEXT.replace("SEARCH", json.dumps(search)), "f.yaml")


def problem(search):
    (error,) = check_names(spec(search))
    return str(error)


def test_a_search_by_proxies_alone_trains_nothing(tmp_path):
    found = spec(
        {
            "objectives": [{"metric": "synflow"}, {"metric": "parameters", "direction": "minimize"}],
            "sampler": "random",
            "trials": 4,
            "threads": 1,
        }
    )
    board = run_search(found, tmp_path / "run")
    assert all(row.values["synflow"] > 0 and row.complete for row in board.trials)
    assert board.test_accuracy is None
    assert {file.name for file in (tmp_path / "run" / "best").iterdir()} == {"spec.yaml"}
    assert not list((tmp_path / "run").rglob("weights.safetensors"))


def test_a_proxy_beside_a_figure_of_the_run_is_one_more_figure(tmp_path):
    found = spec({"objectives": [{"metric": "val_accuracy"}, {"metric": "snip"}], "trials": 2, "threads": 1})
    board = run_search(found, tmp_path / "run", SearchOptions(evaluation=Constant()))
    assert [row.values["val_accuracy"] for row in board.trials] == [0.5, 0.5]
    assert all(row.values["snip"] > 0 for row in board.trials)
    assert board.test_accuracy == 0.25


def test_a_filter_makes_trials_of_the_best_points_only(tmp_path):
    found = spec({"filter": {"synflow": {"keep": 0.25, "of": 8}}, "sampler": "random", "trials": 2, "threads": 1})
    every = spec({"objectives": [{"metric": "synflow"}], "sampler": "grid", "trials": 9, "threads": 1})
    board = run_search(found, tmp_path / "run", SearchOptions(evaluation=Constant()))
    known = {row.fingerprint: row.values["synflow"] for row in run_search(every, tmp_path / "every").trials}
    assert len(known) == 9
    scores = [row.metrics["synflow"] for row in board.trials]
    assert scores == pytest.approx([known[row.fingerprint] for row in board.trials])
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= sorted(known.values())[4]


def test_a_failed_training_stays_failed():
    class Fails(Constant):
        def run(self, job, report):
            return Result(reason="the loss is nan")

    assert ProxyEvaluation(Fails(), (), trains=True).run(_job(), print).reason == "the loss is nan"


def _job():
    class Text:
        def read_text(self, encoding):
            return TEXT.replace("SEARCH", "{}").replace("{int: [1, 3]}", "1").replace("{choice: [2, 3, 4]}", "2")

    class Written(Job):
        spec_file = Text()

    return Written(0, None, spec({}).data)


def test_weights_are_kept_by_what_trains_alone():
    assert ProxyEvaluation(TrainEvaluation(), ("snip",), trains=True).keeps_weights
    assert not ProxyEvaluation(TrainEvaluation(), ("snip",), trains=False).keeps_weights
    assert not ProxyEvaluation(Constant(), ("snip",), trains=True).keeps_weights


def test_only_proxies_among_the_objectives_are_asked():
    inner = TrainEvaluation()
    assert with_proxies(inner, Search()) is inner
    both = with_proxies(inner, Search(objectives=[{"metric": "val_accuracy"}, {"metric": "synflow"}]))
    assert (both.proxies, both.trains, "val_accuracy" in both.metrics) == (("synflow",), True, True)
    alone = with_proxies(inner, Search(objectives=[{"metric": "macs"}, {"metric": "synflow"}]))
    assert (alone.proxies, alone.trains, alone.metrics) == (("synflow",), False, ("seconds", "synflow"))


@pytest.mark.parametrize("name", list(PROXIES))
def test_a_proxy_is_an_objective_and_a_filter(name):
    assert check_names(spec({"objectives": [{"metric": name}], "filter": {name: {}}})) == ()


def test_a_filter_by_what_is_no_proxy_is_an_error():
    assert "search.filter.synflo: unknown proxy 'synflo'. Did you mean 'synflow'?" in problem(
        {"filter": {"synflo": {}}}
    )


@pytest.mark.parametrize("sampler", ["grid", {"grid": {}}])
def test_a_grid_takes_no_filter(sampler):
    found = problem({"filter": {"synflow": {}}, "sampler": sampler})
    assert "search.filter: a grid tries every network, so that nothing is left to filter. Take another" in found


def test_a_draw_that_is_put_in_order_takes_no_filter():
    found = problem({"filter": {"synflow": {}}, "sampler": {"random": {"order": "macs"}}})
    assert "search.filter: a sampler with an order tries all that it draws, so that nothing is left to filter" in found


def test_a_pruner_needs_more_than_proxies():
    found = problem({"objectives": [{"metric": "synflow"}], "pruner": "successive_halving"})
    assert "a pruner ranks runs, and all objectives are known before training" in found


@pytest.mark.parametrize(
    ("options", "words"),
    [({"keep": 1.0}, "must be below 1"), ({"of": 1}, "must be at least 2"), ({"kep": 1}, "unknown key 'kep'")],
)
def test_the_options_of_a_filter_have_bounds(options, words):
    with pytest.raises(ValueError, match=words):
        spec({"filter": {"synflow": options}})
