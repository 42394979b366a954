from __future__ import annotations

import io

import pytest
from rich.console import Console

from fractalgen.cli.live_training import LiveTraining, clock
from fractalgen.training import Epoch, Progress

RECORD = Epoch(2, 0.5, 0.75, 0.9, 12.34, 0.1, 4321.0)
PROGRESS = Progress(2, 5, 30, 100, 4321.0, 61.0, "column 3")


def test_without_a_terminal_an_epoch_is_a_line():
    text = io.StringIO()
    with LiveTraining(Console(file=text, width=120)) as live:
        live.on_step(PROGRESS)
        live.on_epoch(RECORD)
    assert text.getvalue() == "epoch 2  train loss 0.5000  val accuracy 0.7500  12.3 s  4,321 images/s\n"


def test_on_a_terminal_the_line_shows_place_speed_time_and_drop_path():
    text = io.StringIO()
    with LiveTraining(Console(file=text, width=140, force_terminal=True, color_system=None)) as live:
        live.on_step(PROGRESS)
    for shown in ("epoch 2 of 5", "step 30 of 100", "4,321 images/s", "1:01 left", "column 3"):
        assert shown in text.getvalue()


@pytest.mark.parametrize(("seconds", "text"), [(0.5, "0:00"), (61, "1:01"), (3723, "1:02:03")])
def test_times_are_written_as_on_a_clock(seconds, text):
    assert clock(seconds) == text
