"""The data of the plots, before anything is drawn."""

from __future__ import annotations

import json

import pytest

from fractalgen.report.chart import Chart, library, worded
from fractalgen.report.search_charts import (
    COLOURS,
    WORST,
    front_chart,
    history_chart,
    importance_chart,
    outcome_chart,
    parallel_chart,
)
from fractalgen.report.timeline import lanes_of, timeline_chart
from fractalgen.report.wording import summary
from fractalgen.search import Leaderboard, Row
from fractalgen.spec.search import Objective

ACCURACY = Objective(metric="val_accuracy", direction="maximize")
PARAMETERS = Objective(metric="parameters", direction="minimize")
DEPTH = Objective(metric="depth", direction="minimize")


def row(number, accuracy=0.5, parameters=1000.0, state="complete", **more):
    values = {"val_accuracy": accuracy, "parameters": parameters, "depth": number} if state == "complete" else {}
    params = {"network.body.width": str(8 * (1 + number % 3)), "network.body.join": "mean" if number % 2 else "sum"}
    return Row(number, state, params, values, **more)


def board(*rows, objectives=(ACCURACY, PARAMETERS)):
    return Leaderboard("net", objectives, len(rows), rows)


@pytest.fixture
def six():
    rows = [row(n, 0.5 + n / 20, 1000.0 * (n + 1), source=n, started=100.0 + n, finished=102.0 + n) for n in range(5)]
    rows[3] = row(3, 0.5, 1000.0, cached=True)
    return board(*rows, row(5, state="pruned", reason="too slow"))


def trace(chart, name):
    return next(found for found in chart.traces if found["name"] == name)


def test_the_front_holds_every_scored_trial_once_and_joins_those_on_it(six):
    chart = front_chart(six)
    assert sorted(number for found in chart.traces for number in found["customdata"]) == [0, 1, 2, 3, 4]
    front = trace(chart, "front")
    assert front["customdata"] == [0, 1, 2, 4]
    assert front["x"] == sorted(front["x"])
    assert trace(chart, "answered from the cache")["customdata"] == [3]


@pytest.mark.parametrize(("direction", "shape"), [("minimize", "hv"), ("maximize", "vh")])
def test_the_front_steps_along_what_it_beats(direction, shape):
    goals = (ACCURACY, Objective(metric="parameters", direction=direction))
    found = front_chart(board(row(0), row(1, 0.6, 2000.0), objectives=goals))
    assert trace(found, "front")["line"]["shape"] == shape


def test_values_far_apart_lie_on_an_axis_of_equal_factors():
    wide = board(row(0), row(1, 0.9, 50_000.0))
    assert front_chart(wide).layout["xaxis"]["type"] == "log"
    assert front_chart(wide).layout["yaxis"]["type"] == "linear"


def test_a_third_objective_is_the_colour():
    found = front_chart(board(row(0), row(1, 0.9, 2000.0), objectives=(ACCURACY, PARAMETERS, DEPTH)))
    assert trace(found, "front")["marker"]["color"] == [0, 1]
    assert found.layout["coloraxis"]["colorbar"]["title"]["text"] == "depth"


def test_one_objective_has_no_front():
    assert front_chart(board(row(0), objectives=(ACCURACY,))).html() == ""


def test_the_history_goes_by_trial_numbers_also_where_some_are_missing(six):
    gap = board(*(each for each in six.trials if each.number != 1))
    dots = next(found for found in history_chart(gap).traces if found["mode"] == "markers")
    assert dots["x"] == [0, 2, 3, 4]


def test_parallel_coordinates_have_an_axis_for_the_score_and_for_each_hole(six):
    chart = parallel_chart(six)
    assert chart.layout["xaxis"]["ticktext"] == ["validation accuracy", "join", "width"]
    assert sum(found["mode"] == "lines" for found in chart.traces) == 5


def test_lines_of_better_trials_are_of_the_colour_of_the_front():
    chart = parallel_chart(board(row(0, 0.1), row(1, 0.9), objectives=(ACCURACY,)))
    assert [found["line"]["color"] for found in chart.traces[:2]] == [WORST, COLOURS["front"]]
    chart = parallel_chart(board(row(0, 0.1, 1.0), row(1, 0.9, 2.0), objectives=(PARAMETERS,)))
    assert [found["line"]["color"] for found in chart.traces[:2]] == [COLOURS["front"], WORST]


def test_importance_is_given_for_each_objective_and_hole(six):
    chart = importance_chart(six)
    assert {found["name"] for found in chart.traces} == {"validation accuracy", "parameters"}
    assert all(set(found["y"]) == {"join", "width"} for found in chart.traces)


@pytest.mark.parametrize("rows", [(), (row(0), row(1)), tuple(row(n) for n in range(6))], ids=["none", "few", "equal"])
def test_importance_is_left_out_where_too_little_is_known(rows):
    assert importance_chart(board(*rows, objectives=(ACCURACY,))).html() == ""


def test_outcomes_count_each_ending_up_to_each_trial(six):
    chart = outcome_chart(six)
    assert trace(chart, "evaluated")["y"] == [1, 2, 3, 3, 4, 4]
    assert trace(chart, "answered from the cache")["y"] == [0, 0, 0, 1, 1, 1]
    assert trace(chart, "pruned")["y"] == [0, 0, 0, 0, 0, 1]


def test_trials_that_were_stopped_early_are_counted_apart():
    chart = outcome_chart(board(row(0), row(1, state="pruned", stopped=True, rung=0, reason="stopped at rung 1")))
    assert trace(chart, "stopped early")["y"] == [0, 1]
    assert "pruned" not in {found["name"] for found in chart.traces}


def test_trials_at_the_same_time_lie_in_different_lanes(six):
    ran = [each for each in six.trials if each.finished]
    lanes = lanes_of(ran)
    assert lanes == {0: 0, 1: 1, 2: 0, 4: 0}
    for one in ran:
        for other in ran:
            if one.number < other.number and lanes[one.number] == lanes[other.number]:
                assert one.finished <= other.started


def test_the_timeline_begins_with_the_first_trial_and_leaves_out_answers_from_the_cache(six):
    chart = timeline_chart(six)
    (bars,) = chart.traces
    assert bars["customdata"] == [0, 1, 2, 4]
    assert bars["base"] == [0.0, 1.0, 2.0, 4.0]
    assert bars["x"] == [2.0] * 4


def test_a_leaderboard_without_times_has_no_timeline():
    assert timeline_chart(board(row(0), row(1))).html() == ""


def test_a_search_of_nothing_has_no_plots():
    empty = board()
    charts = [make(empty) for make in (front_chart, history_chart, parallel_chart, importance_chart, outcome_chart)]
    assert [chart.html() for chart in charts] == [""] * 5


def test_text_in_a_plot_is_short_and_no_markup():
    assert worded("<b>bold</b>\n" + "long" * 200).startswith("&lt;b&gt;bold&lt;/b&gt;<br>long")
    assert len(worded("long" * 200)) < 60


def test_no_text_can_end_the_data_of_a_plot():
    text = Chart("x", [{"name": "</script><script>alert(1)</script> \u2028"}]).html()
    assert text.count("</script>") == 1
    inside = text[text.index('id="chart-x-data">') + len('id="chart-x-data">') : text.index("</script>")]
    assert json.loads(inside)["data"][0]["name"] == "</script><script>alert(1)</script> \u2028"


def test_holes_whose_names_are_cut_to_the_same_stay_apart():
    long = "a" * 300
    rows = [
        Row(n, "complete", {f"{long}.x1{long}": n, f"{long}.x2{long}": n}, {"val_accuracy": n / 9}) for n in range(3)
    ]
    names = parallel_chart(board(*rows, objectives=(ACCURACY,))).layout["xaxis"]["ticktext"]
    assert len(set(names)) == 3


def test_the_library_cannot_end_its_own_script():
    assert "</script" not in library()


def test_scores_are_those_of_networks_trained_alone_where_there_are_any():
    shared = [row(0, 0.9, 1000.0, alone={"val_accuracy": 0.4}), row(1, 0.8, 2000.0)]
    chart = front_chart(board(*shared))
    assert sorted(value for found in chart.traces for value in found["y"]) == [0.4, 0.8]
    assert "validation accuracy with shared weights: 90.00 %" in str(chart.traces)


def test_what_is_known_of_a_network_trained_alone_besides_its_objectives_is_no_line_of_its_own():
    trial = row(0, 0.9, 1000.0, alone={"val_accuracy": 0.4, "parameters": 1000.0, "val_loss": 1.5})
    lines = summary(trial).splitlines()
    assert lines[:2] == ["trial 0: trained alone", "validation accuracy: 40.00 %"]
    assert [line for line in lines if "shared" in line] == ["validation accuracy with shared weights: 90.00 %"]
    assert not any("loss" in line for line in lines)
