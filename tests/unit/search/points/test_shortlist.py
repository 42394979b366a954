from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace

import pytest

from fractalgen.errors import GraphError
from fractalgen.search.candidate import Candidate
from fractalgen.search.constraints import Constraint
from fractalgen.search.points.shortlist import Shortlist, read_shortlist
from fractalgen.search.samplers import SAMPLERS
from fractalgen.search.store.study import Study, StudyOptions
from fractalgen.spec.filter import Filter
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.search import Objective, Search

SPACE = Space((Hole("width", "int", 1, 1000), Hole("kind", "choice", 0, 1, labels=("good", "broken"))), 2000)


def realize(values):
    if values["kind"] == 1:
        raise GraphError("branches do not fit")
    text = json.dumps(values)
    return Candidate(text, text, hashlib.sha256(text.encode()).hexdigest(), {"parameters": values["width"]})


@dataclass
class Search8:
    """A study that trains 3 of 8; a wider network has a higher figure."""

    folder: object
    sampler: str = "random"
    constraints: tuple = ()
    options: Filter = field(default_factory=lambda: Filter(keep=0.4, of=8))
    asked: list = field(default_factory=list)

    def score(self, text):
        self.asked.append(json.loads(text)["width"])
        return self.figure(json.loads(text)["width"])

    def figure(self, width):
        return float(width)

    def study(self):
        shortlist = Shortlist("synflow", self.options, self.score, realize, self.constraints)
        sampler = SAMPLERS.get(self.sampler)()
        self.folder.mkdir(exist_ok=True)
        objectives = (Objective(metric="val_accuracy"),)
        return Study(self.folder, StudyOptions(objectives, SPACE, sampler, 0, {}, shortlist))

    def go_on(self, trials, study=None):
        study = study or self.study()
        widths = []
        for _ in range(trials):
            ask = study.ask()
            widths.append(ask.values["width"])
            study.complete(ask.number, {"val_accuracy": ask.values["width"] / 1000}, {"metrics": {"parameters": 1}})
        return widths


@pytest.fixture
def search(tmp_path):
    return Search8(tmp_path / "run")


def test_of_the_points_of_a_list_only_the_best_share_is_trained_the_best_one_first(search):
    study = search.study()
    for _ in range(4):
        search.asked.clear()
        best = search.go_on(3, study)
        assert best == sorted(search.asked, reverse=True)[:3]


@pytest.mark.parametrize(("sampler", "stop"), [("random", 1), ("random", 3), ("tpe", 2), ("evolution", 4)])
def test_a_search_that_was_killed_goes_on_with_the_list_that_it_had(search, sampler, stop, tmp_path):
    search.sampler = sampler
    other = replace(search, folder=tmp_path / "other", asked=[])
    whole = other.go_on(7)
    assert search.go_on(stop) + search.go_on(7 - stop) == whole
    assert search.asked == other.asked


def test_a_search_that_was_killed_before_its_list_was_kept_draws_the_same_again(search, tmp_path):
    whole = replace(search, folder=tmp_path / "other").go_on(3)

    class Killed(BaseException):
        pass

    def killed(width):
        raise Killed

    search.figure = killed
    with pytest.raises(Killed):
        search.go_on(1)
    del search.figure
    study = search.study()
    study.orphans()
    assert search.go_on(3, study) == whole


def test_what_the_proxy_says_stands_in_the_row_of_the_trial(search):
    study = search.study()
    (width,) = search.go_on(1, study)
    assert study.row(0).metrics == {"synflow": float(width), "parameters": 1}


def test_networks_that_cannot_be_trained_are_not_scored(search):
    search.constraints = (Constraint("parameters", "<", 500),)
    assert max(search.go_on(6)) < 500
    assert max(search.asked) < 500


def test_a_figure_that_is_no_number_comes_last(search):
    search.figure = lambda width: float("nan") if width > 300 else float(width)
    study = search.study()
    kept = search.go_on(3, study)
    numbers = sorted((width for width in search.asked if width <= 300), reverse=True)
    assert kept[: len(numbers)] == numbers[:3]
    assert all(("synflow" in study.row(number).metrics) == (width <= 300) for number, width in enumerate(kept))


def test_a_list_without_any_network_gives_a_point_whose_fault_is_found_later(search):
    search.constraints = (Constraint("parameters", "<", 0),)
    assert len(search.go_on(2)) == 2
    assert search.asked == []


def test_another_filter_begins_another_list(search):
    search.go_on(1)
    search.asked.clear()
    search.options = Filter(keep=0.5, of=4)
    search.go_on(1)
    assert len(search.asked) <= 4


def test_the_filter_of_a_spec_is_read():
    found = read_shortlist(Search(filter={"synflow": {"of": 10, "keep": 0.25}}), realize, (), lambda name, text: name)
    assert (found.proxy, found.options.kept, found.score("")) == ("synflow", 2, "synflow")
    assert read_shortlist(Search(), realize, (), lambda name, text: 0.0) is None
