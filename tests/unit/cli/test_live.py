from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from fractalgen.cli.live import LiveTable, choices, figure, outcome
from fractalgen.search import EpochReport, Leaderboard, Row
from fractalgen.spec.search import Objective

BOARD = Leaderboard("digits", (Objective(metric="val_accuracy"), Objective(metric="parameters")), 4)
ROW = Row(0, "complete", {"body.columns": 3}, {"val_accuracy": 0.9712, "parameters": 12345.0})


def play(live):
    live.search_started(BOARD, 1)
    live.trial_started(0, ROW.params)
    live.trial_finished(ROW, BOARD.add(ROW))
    live.trial_started(1, {"body.columns": 2})
    live.epoch_finished(1, EpochReport(3, 20, {"val_accuracy": 0.5}))


def test_without_a_terminal_a_trial_is_a_line():
    text = io.StringIO()
    with LiveTable(Console(file=text, width=100)) as live:
        play(live)
    assert text.getvalue() == "1/4  trial 0  val_accuracy 0.9712  parameters 12,345\n"


def test_a_search_without_a_bound_on_trials_counts_them_alone():
    text = io.StringIO()
    board = replace(BOARD, target=0).add(ROW)
    with LiveTable(Console(file=text, width=100)) as live:
        live.search_started(board, 1)
        live.trial_finished(replace(ROW, number=1), board.add(replace(ROW, number=1)))
    first, second = text.getvalue().splitlines()
    assert first == "going on after 1 trials"
    assert second.startswith("2/?  trial 1  ")


def test_a_search_without_a_bound_on_trials_does_not_know_how_long_it_takes():
    shown = io.StringIO()
    with LiveTable(Console(file=shown, width=100, force_terminal=True, color_system=None)) as live:
        live.search_started(replace(BOARD, target=0), 1)
        live.trial_finished(ROW, replace(BOARD, target=0).add(ROW))
    assert "1 trials" in shown.getvalue()
    assert "left" not in shown.getvalue()


def test_on_a_terminal_the_running_trial_shows_its_epoch_and_choices():
    text = io.StringIO()
    with LiveTable(Console(file=text, width=100, force_terminal=True, color_system=None)) as live:
        play(live)
    shown = text.getvalue()
    assert "3/20" in shown
    assert "columns=2" in shown
    assert "best val_accuracy 0.9712" in shown


def test_choices_of_lists_are_shown_with_their_brackets():
    text = io.StringIO()
    with LiveTable(Console(file=text, width=100, force_terminal=True, color_system=None)) as live:
        live.search_started(BOARD, 1)
        live.trial_started(0, {"body.over": "[relu, gelu]"})
    assert "over=[relu, gelu]" in text.getvalue()


def test_holes_of_one_name_are_told_apart():
    assert choices({"body.stem.columns": 2, "body.head.columns": 3}) == "stem.columns=2  head.columns=3"


def test_why_a_network_has_no_result_of_its_own_stands_behind_the_values():
    row = replace(ROW, reason="not trained alone: the loss is nan")
    assert outcome(row).endswith("parameters 12,345  (not trained alone: the loss is nan)")


def test_what_the_guards_found_stands_behind_the_values():
    text = io.StringIO()
    row = replace(ROW, guards={"problems": ["no gradient reaches [conv]"]})
    with LiveTable(Console(file=text, width=200)) as live:
        live.trial_finished(row, BOARD.add(row))
    line = "1/4  trial 0  val_accuracy 0.9712  parameters 12,345  (no gradient reaches [conv])\n"
    assert text.getvalue() == line


def test_a_search_that_goes_on_says_how_much_was_done():
    text = io.StringIO()
    with LiveTable(Console(file=text, width=100)) as live:
        live.search_started(BOARD.add(ROW), 1)
    assert text.getvalue() == "going on after 1 of 4 trials\n"


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5000"), (1.0, "1.0000"), (33724618.0, "33,724,618"), (2.5, "2.5000")]
)
def test_figures_are_written_for_people(value, text):
    assert figure(value) == text
