from __future__ import annotations

import optuna
import pytest
from optuna.storages import RDBStorage

from fractalgen.search.store.one_writer import OneWriter


@pytest.fixture
def study(tmp_path):
    return optuna.create_study(storage=OneWriter(tmp_path / "study.db"), study_name="s")


def in_the_file(tmp_path):
    """Return the trials as another process reads them."""
    return optuna.load_study(storage=RDBStorage(f"sqlite:///{tmp_path / 'study.db'}"), study_name="s").get_trials()


STEPS = {
    "a hole": lambda trial, study: trial.suggest_int("width", 1, 9),
    "an attribute": lambda trial, study: trial.set_user_attr("point", {"width": 3}),
    "a report": lambda trial, study: trial.report(0.5, 1),
    "a constraint": lambda trial, study: trial.set_constraint("feasible", 1.0),
    "an enqueued trial": lambda trial, study: study.enqueue_trial({"width": 2}),
    "an ask": lambda trial, study: study.ask(),
    "a score": lambda trial, study: study.tell(trial, 0.5),
    "a trial without one": lambda trial, study: study.tell(trial, state=optuna.trial.TrialState.PRUNED),
}


@pytest.mark.parametrize("step", STEPS)
def test_what_was_written_is_seen_at_once(tmp_path, study, step):
    study.tell(study.ask(), 0.25)
    trial = study.ask()
    before = study.get_trials()
    STEPS[step](trial, study)
    assert study.get_trials() == in_the_file(tmp_path) != before


def test_between_two_writes_the_file_is_not_read(study, monkeypatch):
    study.tell(study.ask(), 0.25)
    study.ask()
    known = study.get_trials()
    monkeypatch.setattr(RDBStorage, "_get_trials", None)
    assert study.get_trials() == known


def test_samplers_choose_what_they_choose_in_optunas_own_storage(tmp_path, study):
    def run(study):
        study.sampler = optuna.samplers.TPESampler(n_startup_trials=3, seed=1)
        study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2 + trial.suggest_int("n", 1, 5), n_trials=12)
        return [trial.params for trial in study.get_trials()]

    plain = optuna.create_study(storage=RDBStorage(f"sqlite:///{tmp_path / 'plain.db'}"), study_name="s")
    assert run(study) == run(plain)
