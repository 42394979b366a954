from __future__ import annotations

import pytest

from fractalgen.search import EpochReport
from fractalgen.search.pruners.successive_halving import SuccessiveHalving
from fractalgen.search.rungs import Rungs, Stand
from fractalgen.spec.search import Objective

ACCURACY = (Objective(metric="val_accuracy"),)


@pytest.fixture
def rungs():
    return Rungs(SuccessiveHalving(), ACCURACY, {})


def judge(rungs, number, accuracy, epoch=1, epochs=9):
    return rungs.judge(number, EpochReport(epoch, epochs, {"val_accuracy": accuracy}), {})


def test_rungs_lie_where_the_epochs_grow_by_the_reduction():
    pruner = SuccessiveHalving(reduction=2, min_epochs=3)
    assert {epoch: pruner.rung(epoch) for epoch in range(1, 14) if pruner.rung(epoch) is not None} == {
        3: 0,
        6: 1,
        12: 2,
    }


def test_the_best_third_of_those_at_a_rung_goes_on(rungs):
    went_on = [
        judge(rungs, number, accuracy).goes_on for number, accuracy in enumerate([0.5, 0.4, 0.6, 0.3, 0.1, 0.55])
    ]
    assert went_on == [True, False, True, False, False, True]


def test_those_that_tie_with_one_that_goes_on_go_on_too(rungs):
    assert [judge(rungs, number, 0.1).goes_on for number in range(4)] == [True] * 4


def test_a_trial_is_judged_once_at_each_rung(rungs):
    assert judge(rungs, 0, 0.5) is not None
    assert judge(rungs, 0, 0.5) is None
    assert judge(rungs, 1, 0.4).of == 2


def test_a_trial_that_was_stopped_stays_stopped(rungs):
    judge(rungs, 0, 0.5)
    stand = judge(rungs, 1, 0.4)
    assert judge(rungs, 1, 0.9) is None
    assert rungs.stopped(1) == stand


def test_a_trial_is_not_judged_after_its_last_epoch(rungs):
    judge(rungs, 0, 0.5)
    assert judge(rungs, 1, 0.1, epoch=1, epochs=1) is None


def test_a_trial_that_does_not_report_an_objective_is_not_judged(rungs):
    assert rungs.judge(0, EpochReport(1, 9, {"val_loss": 0.5}), {}) is None
    assert judge(rungs, 1, float("nan")) is None


def test_rungs_are_apart(rungs):
    judge(rungs, 0, 0.9, epoch=1)
    assert judge(rungs, 1, 0.1, epoch=3).goes_on


def test_a_stand_says_in_words_how_the_trial_did():
    stand = Stand(1, 3, (0.5,), 2, 4, goes_on=False)
    assert str(stand) == "rung 1, after epoch 3: 2 of 3 others were better"
