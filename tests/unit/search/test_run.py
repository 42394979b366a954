from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from fractalgen.errors import SearchError, TrainError, UnknownNameError
from fractalgen.search import Leaderboard, Result, SearchOptions, Silent, run_search
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.spec import load

NETWORK = """
name: bench
network:
  input: [1, 8, 8]
  body: {sequence: [BODY, flatten, {linear: {out: 10}}]}
"""
FRACTAL = "{fractal: {columns: {int: [1, 3]}, unit: {conv: {out: {choice: [4, 8, 16]}, kernel: 3}}}}"


class Length:
    """Scores a network by the length of its spec."""

    metrics = ("val_accuracy",)
    keeps_weights = True

    def __init__(self, weights=True):
        self.weights = weights
        self.ran = []

    def digest(self, data):
        return str(data)

    def run(self, job, _):
        self.ran.append(job.number)
        if self.weights:
            (job.folder / "weights").write_text("")
        return Result({"val_accuracy": len(job.spec_file.read_text()) % 97 / 97})

    def publish(self, job, _):
        return 0.75 if (job.folder / "weights").exists() else None


class Quick(TrainEvaluation):
    """Says what a training would."""

    def digest(self, data):
        return str(data)

    def check(self, *_):
        """Take any network."""

    def run(self, *_):
        return Result({"val_accuracy": 0.5, **({"latency_ms": 3.5} if self.latency else {})})

    def publish(self, *_):
        return 0.5


@pytest.fixture
def spec(tmp_path):
    return lambda text="", body=FRACTAL: load_text(tmp_path, NETWORK.replace("BODY", body) + text)


def load_text(folder, text):
    (folder / "space.yaml").write_text(text)
    return load(folder / "space.yaml")


@pytest.fixture
def options():
    return SearchOptions(trials=6, evaluation=Length())


def test_a_run_folder_holds_what_a_person_can_read(tmp_path, spec, options):
    run_search(spec(), tmp_path / "run", options)
    names = {file.name for file in (tmp_path / "run").iterdir()}
    assert names >= {"spec.yaml", "lock.json", "study.db", "leaderboard.json", "trials", "best"}
    lock = json.loads((tmp_path / "run" / "lock.json").read_text())
    assert lock["versions"].keys() >= {"python", "fractalgen", "optuna"}
    assert {"seed", "cores", "data"} <= lock.keys()


def test_the_best_network_is_written_as_a_plain_spec_that_loads(tmp_path, spec, options):
    board = run_search(spec(), tmp_path / "run", options)
    best = load(tmp_path / "run" / "best" / "spec.yaml")
    assert not best.space
    assert board.best.params["network.body.sequence[0].fractal.columns"] in (1, 2, 3)


def test_the_test_accuracy_of_the_best_is_in_the_leaderboard(tmp_path, spec, options):
    assert run_search(spec(), tmp_path / "run", options).test_accuracy == 0.75
    assert Leaderboard.read(tmp_path / "run").test_accuracy == 0.75


def test_the_winner_is_evaluated_again_when_its_weights_are_lost(tmp_path, spec, options):
    board = run_search(spec(), tmp_path / "run", replace(options, trials=3))
    source = board.best.source
    (tmp_path / "run" / "trials" / str(source) / "weights").unlink()
    (tmp_path / "run" / "best" / "spec.yaml").unlink()
    (tmp_path / "run" / "best").rmdir()
    options.evaluation.ran.clear()
    again = run_search(spec(), tmp_path / "run", replace(options, trials=3))
    assert (options.evaluation.ran, again.test_accuracy) == ([source], 0.75)


def lose_the_winner(folder, board):
    shutil.rmtree(folder / "best")
    (folder / "trials" / str(board.best.source) / "weights").unlink()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            ValueError("bad luck"),
            r"the best network, trial \d, cannot be trained again: ValueError: bad luck. The same",
        ),
        (OSError(errno.ENOSPC, "full"), r"the disk is full that holds '.*trials/\d'. Free some space"),
    ],
)
def test_a_winner_that_cannot_be_trained_again_is_said_and_tried_again(tmp_path, spec, options, error, message):
    class Fails(Length):
        def run(self, *_):
            raise error

    options = replace(options, trials=3)
    lose_the_winner(tmp_path / "run", run_search(spec(), tmp_path / "run", options))
    for _ in range(2):
        with pytest.raises(SearchError, match=message):
            run_search(spec(), tmp_path / "run", replace(options, evaluation=Fails()))
    assert run_search(spec(), tmp_path / "run", options).test_accuracy == 0.75


def test_an_evaluation_that_keeps_no_weights_is_not_asked_twice(tmp_path, spec, options):
    class Bare(Length):
        keeps_weights = False

    options = replace(options, trials=3, evaluation=Bare(weights=False))
    board = run_search(spec(), tmp_path / "run", options)
    assert (options.evaluation.ran, board.test_accuracy) == (sorted(set(options.evaluation.ran)), None)
    assert (tmp_path / "run" / "best" / "spec.yaml").exists()


def test_the_leaderboard_says_that_the_search_has_ended_only_when_it_has(tmp_path, spec, options):
    class Looks(Length):
        def publish(self, job, best):
            self.seen = Leaderboard.read(tmp_path / "run")
            return super().publish(job, best)

    options = replace(options, evaluation=Looks())
    board = run_search(spec(), tmp_path / "run", options)
    assert (len(options.evaluation.seen.trials), options.evaluation.seen.ended) == (6, False)
    assert board == Leaderboard.read(tmp_path / "run")
    assert board.ended


def test_a_search_that_has_ended_and_is_taken_up_keeps_its_leaderboard(tmp_path, spec, options):
    class Looks(Silent):
        def search_started(self, *_):
            self.seen = Leaderboard.read(tmp_path / "run")

    board, looks = run_search(spec(), tmp_path / "run", options), Looks()
    (tmp_path / "run" / "best" / "spec.yaml").unlink()

    def publish(*_):
        assert Leaderboard.read(tmp_path / "run") == board
        return 0.75

    options.evaluation.publish = publish
    assert run_search(spec(), tmp_path / "run", replace(options, observer=looks)) == board == looks.seen


def test_a_system_without_locks_of_files_is_refused_and_nothing_is_written(tmp_path, spec, options, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(SearchError, match=r"a search needs Linux or macOS. Use WSL."):
        run_search(spec(), tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("harm", [lambda file: file.unlink(), lambda file: file.write_text("torn")])
@pytest.mark.parametrize("name", ["weights", "spec.yaml"])
def test_what_was_lost_or_damaged_in_best_is_published_again(tmp_path, spec, options, harm, name):
    class Copies(Length):
        def publish(self, job, best):
            best.mkdir()
            (best / "weights").write_text(f"weights of {job.number}")
            return super().publish(job, best)

    options = replace(options, trials=3, evaluation=Copies())
    run_search(spec(), tmp_path / "run", options)
    best = tmp_path / "run" / "best"
    good = {file.name: file.read_text() for file in best.iterdir()}
    harm(best / name)
    assert run_search(spec(), tmp_path / "run", options).test_accuracy == 0.75
    assert {file.name: file.read_text() for file in best.iterdir()} == good


def test_a_best_network_that_is_whole_is_not_published_again(tmp_path, spec, options):
    run_search(spec(), tmp_path / "run", replace(options, trials=3))
    (tmp_path / "run" / "best" / "best.svg").write_text("a picture that a report drew")
    options.evaluation.publish = None
    assert run_search(spec(), tmp_path / "run", replace(options, trials=3)).test_accuracy == 0.75


def test_the_best_network_is_published_though_its_trial_folder_is_lost(tmp_path, spec, options):
    board = run_search(spec(), tmp_path / "run", replace(options, trials=3))
    shutil.rmtree(tmp_path / "run" / "trials")
    shutil.rmtree(tmp_path / "run" / "best")
    again = run_search(spec(), tmp_path / "run", replace(options, trials=3))
    assert (again.best, again.test_accuracy) == (board.best, 0.75)
    assert not load(tmp_path / "run" / "best" / "spec.yaml").space


def test_the_search_section_of_the_spec_is_used(tmp_path, spec):
    text = """
search:
  objectives: [{metric: depth, direction: minimize}]
  constraints: {depth: "> 1"}
  sampler: grid
  trials: 99
"""
    board = run_search(spec(text), tmp_path / "run", SearchOptions(evaluation=Length()))
    assert len(board.trials) == 9, "a grid ends with the space"
    assert board.best.values == {"depth": 2}
    assert {row.reason for row in board.trials if not row.complete} == {"depth > 1 does not hold"}


def test_networks_with_one_fingerprint_are_evaluated_once(tmp_path, spec, options):
    twins = "{choice: [identity, {sequence: [identity, identity]}]}"
    body = f"{{sequence: [{twins}, {{conv: {{out: {{choice: [4, 8]}}, kernel: 3}}}}]}}"
    board = run_search(spec(body=body), tmp_path / "run", replace(options, trials=10))
    assert len(options.evaluation.ran) == 2
    assert len({row.fingerprint for row in board.trials}) == 2


def test_a_changed_network_is_refused_and_the_study_stays(tmp_path, spec, options):
    run_search(spec(), tmp_path / "run", options)
    with pytest.raises(SearchError, match="the network or recipe outside the holes changed"):
        run_search(spec(body=FRACTAL.replace("kernel: 3", "kernel: 5")), tmp_path / "run", options)
    assert len(run_search(spec(), tmp_path / "run", options).trials) == 6


def test_a_changed_hole_is_refused_by_its_name(tmp_path, spec, options):
    run_search(spec(), tmp_path / "run", options)
    with pytest.raises(
        SearchError, match=r"hole 'network.body.sequence\[0\].fractal.columns' was int 1 to 3, now is int 1 to 4"
    ):
        run_search(spec(body=FRACTAL.replace("[1, 3]", "[1, 4]")), tmp_path / "run", options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"executor": "slurm"}, "unknown executor 'slurm'"),
        ({"executor": "ray", "workers": 4096}, "4096 workers were asked for, and there are"),
    ],
)
def test_what_cannot_run_is_refused_and_nothing_is_written(tmp_path, spec, options, change, message):
    with pytest.raises(SearchError, match=message):
        run_search(spec(), tmp_path / "run", replace(options, **change))
    assert not (tmp_path / "run").exists()


def test_a_spec_without_holes_is_refused_and_nothing_is_written(tmp_path, spec, options):
    with pytest.raises(SearchError, match="'bench' has no holes"):
        run_search(spec(body="relu"), tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


def test_an_unknown_objective_is_refused_and_nothing_is_written(tmp_path, spec, options):
    message = r"space.yaml:7:32: search.objectives\[0\].metric: no run reports 'val_acc'. Did you mean 'val_accuracy'"
    with pytest.raises(UnknownNameError, match=message):
        run_search(spec("\nsearch: {objectives: [{metric: val_acc}]}"), tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "text",
    ["objectives: [{metric: latency_ms, direction: minimize}]", "constraints: {latency_ms: '< 4'}"],
)
def test_the_latency_is_measured_when_an_objective_or_a_constraint_asks_for_it(tmp_path, spec, text):
    board = run_search(spec(f"\nsearch: {{{text}}}"), tmp_path / "run", SearchOptions(trials=3, evaluation=Quick()))
    assert {row.metrics["latency_ms"] for row in board.trials} == {3.5}
    plain = run_search(spec(), tmp_path / "plain", SearchOptions(trials=3, evaluation=Quick()))
    assert not any("latency_ms" in row.metrics for row in plain.trials)


def test_a_bound_on_a_figure_of_the_run_prunes_after_it(tmp_path, spec):
    text = "\nsearch: {constraints: {val_accuracy: '> 0.6', depth: '> 1'}, sampler: grid}"
    board = run_search(spec(text), tmp_path / "run", SearchOptions(trials=5, evaluation=Quick()))
    assert {row.reason for row in board.trials} == {"depth > 1 does not hold", "val_accuracy > 0.6 does not hold"}


def test_a_space_without_a_valid_point_is_refused_with_a_reason_and_nothing_is_written(tmp_path, spec, options):
    conv = "{conv: {out: {int: [4, 9]}, kernel: {choice: [11, 13]}, padding: 0}}"
    with pytest.raises(SearchError, match="none of 256 points of the space can be trained: "):
        run_search(spec(body=conv), tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


def test_constraints_that_nothing_meets_are_refused(tmp_path, spec, options):
    with pytest.raises(SearchError, match="can be trained: parameters < 3 does not hold"):
        run_search(spec("\nsearch: {constraints: {parameters: '< 3'}}"), tmp_path / "run", options)
    assert not (tmp_path / "run").exists()


def test_a_file_that_is_no_study_is_refused(tmp_path, spec, options):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "study.db").write_text("not a database, and long enough to be looked at " * 40)
    with pytest.raises(SearchError, match=r"study\.db' is no study"):
        run_search(spec(), tmp_path / "run", options)


def test_importing_search_imports_neither_torch_nor_optuna_nor_ray():
    code = "import fractalgen.search, sys; print({'torch', 'optuna', 'ray'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


HEAD = "name: n\nnetwork: {input: [1, 8, 8], body: {sequence: [flatten, {linear: {out: OUT}}, HOLE]}}\ndata: digits\n"


def test_networks_that_do_not_fit_the_data_are_refused_before_anything_is_written(tmp_path):
    spec, out = tmp_path / "s.yaml", tmp_path / "run"
    spec.write_text(HEAD.replace("OUT", "3").replace("HOLE", "{choice: [relu, identity]}"))
    message = r"the network tells 3 classes apart, the data have 10. End the network with `linear: \{out: 10\}`"
    with pytest.raises(TrainError, match=message):
        run_search(load(spec), out)
    assert not out.exists()


def test_a_space_whose_first_network_alone_does_not_fit_the_data_is_searched(tmp_path):
    spec = tmp_path / "s.yaml"
    spec.write_text(HEAD.replace("OUT", "{choice: [3, 10]}").replace("HOLE", "identity") + "train: {epochs: 1}\n")
    board = run_search(load(spec), tmp_path / "run", SearchOptions(trials=2, executor="inline"))
    assert {row.state for row in board.trials} == {"pruned", "complete"}
