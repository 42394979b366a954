"""Leaderboard -> plots of a search. Optuna makes those that it has; the data of the others is made here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fractalgen.report.chart import HOVER, Chart, worded
from fractalgen.report.optuna_study import is_scored, study_of
from fractalgen.report.wording import readable, state_of, summary
from fractalgen.search import Leaderboard, Row
from fractalgen.spec.search import Objective
from fractalgen.visualize.families import mix
from fractalgen.visualize.plots import HUES, is_wide

if TYPE_CHECKING:
    import optuna

FEWEST_FOR_IMPORTANCE = 4
COLOURS = {"complete": HUES[0], "cached": HUES[5], "stopped": HUES[4], "pruned": HUES[3], "front": HUES[1]}
"""How a trial ended -> its colour, the same in every plot."""
ENDINGS = {"complete": "evaluated", "cached": "answered from the cache", "stopped": "stopped early", "pruned": "pruned"}
WORST = "#8b96a3"
_LEGEND = {"orientation": "h", "y": 1.12, "x": 0}


def front_chart(board: Leaderboard) -> Chart:
    """Return the first objective over the second; a third one is the colour. Nothing for one objective."""
    goals = board.objectives
    rows = [row for row in board.trials if is_scored(row, goals)]
    if len(goals) < 2 or not rows:
        return Chart("front", ())
    upwards, across = goals[0], goals[1]
    front = sorted(board.front, key=lambda row: row.final[across.metric])
    on_front = {row.number for row in front}
    kinds = {
        "evaluated": [row for row in rows if not row.cached and row.number not in on_front],
        "answered from the cache": [row for row in rows if row.cached],
        "front": [row for row in front if row in rows],
    }
    traces = [_marks(name, found, goals) for name, found in kinds.items() if found]
    layout = {
        "xaxis": _axis(across, [row.final[across.metric] for row in rows]),
        "yaxis": _axis(upwards, [row.final[upwards.metric] for row in rows]),
        "legend": _LEGEND,
        "hovermode": "closest",
        **_colour_axis(goals),
    }
    return Chart("front", traces, layout, "customdata")


def _colour_axis(goals: Sequence[Objective]) -> dict[str, Any]:
    """Return the axis of a third objective: lightness rises evenly along it, for every reader."""
    if len(goals) < 3:
        return {}
    bar = {"title": {"text": worded(readable(goals[2].metric)), "side": "right"}}
    return {"coloraxis": {"colorscale": "Cividis", "colorbar": bar}}


def _marks(name: str, rows: Sequence[Row], goals: Sequence[Objective]) -> dict[str, Any]:
    look: dict[str, Any] = {
        "evaluated": {"color": COLOURS["complete"], "size": 9},
        "answered from the cache": {"color": COLOURS["cached"], "size": 9, "symbol": "circle-open"},
        "front": {"color": COLOURS["front"], "size": 12},
    }[name]
    if len(goals) > 2:
        look = {**look, "color": [row.final[goals[2].metric] for row in rows], "coloraxis": "coloraxis"}
    steps = "vh" if goals[1].direction == "maximize" else "hv"
    lines = {"mode": "lines+markers", "line": {"shape": steps, "dash": "dash", "color": COLOURS["front"]}}
    return {
        "type": "scatter",
        "name": name,
        **(lines if name == "front" else {"mode": "markers"}),
        "marker": look,
        "x": [row.final[goals[1].metric] for row in rows],
        "y": [row.final[goals[0].metric] for row in rows],
        "customdata": [row.number for row in rows],
        "text": [worded(summary(row), HOVER) for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _axis(goal: Objective, values: Sequence[float]) -> dict[str, Any]:
    more = goal.direction == "maximize"
    better = "more" if more else "fewer" if goal.metric in {"parameters", "macs"} else "less"
    title = f"{worded(readable(goal.metric))} ({better} is better)"
    share = {"tickformat": ".1~%"} if goal.metric.endswith("accuracy") else {}
    return {"title": {"text": title}, "type": "log" if is_wide(values) else "linear", **share}


def history_chart(board: Leaderboard) -> Chart:
    """Return the first objective over the trials, with the best so far."""
    goal = board.objectives[0]
    study = study_of(board, [goal])
    if not _scored(study):
        return Chart("history", ())
    from optuna.visualization import plot_optimization_history

    figure = plot_optimization_history(study, target_name=worded(readable(goal.metric)))
    traces, layout = _plain(figure)
    return Chart("history", traces, {**layout, "legend": _LEGEND}, "x", low=True)


def parallel_chart(board: Leaderboard) -> Chart:
    """Return each scored trial as a line over the holes, in the colour of the first objective."""
    goal = board.objectives[0]
    study = study_of(board, [goal])
    if len(_scored(study)) < 2 or not board.holes:
        return Chart("parallel", ())
    from optuna.visualization import plot_parallel_coordinate

    figure = plot_parallel_coordinate(study, target_name=worded(readable(goal.metric)))
    traces, layout = _plain(figure)
    for trace in traces:
        _recolour(trace, best=1.0 if goal.direction == "maximize" else 0.0)
    return Chart("parallel", traces, layout)


def _recolour(trace: dict[str, Any], best: float) -> None:
    """Give a line a colour that can be told from light and from dark paper: Optuna's fade into either."""
    if trace["mode"] == "lines":
        rank = 1 - abs(trace["y"][0] - best)
        trace["line"] = {**trace["line"], "color": mix(COLOURS["front"], WORST, rank)}
        trace["opacity"] = 0.4 + 0.4 * rank
    else:
        trace["marker"]["colorscale"] = sorted([[best, COLOURS["front"]], [1 - best, WORST]])


def importance_chart(board: Leaderboard) -> Chart:
    """Return how much of the spread of each objective each hole explains; nothing where too little is known."""
    from optuna.importance import PedAnovaImportanceEvaluator
    from optuna.visualization import plot_param_importances

    traces: list[Any] = []
    layout: Mapping[str, Any] = {}
    for goal, colour in zip(board.objectives, HUES, strict=False):
        study = study_of(board, [goal])
        values = {trial.values[0] for trial in _scored(study)}
        if len(_scored(study)) < FEWEST_FOR_IMPORTANCE or len(values) < 2 or not _shared_holes(study):
            continue
        name = worded(readable(goal.metric))
        figure = plot_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), target_name=name)
        found, layout = _plain(figure)
        traces += [{**trace, "marker": {"color": colour}, "name": name} for trace in found]
    return Chart("importance", traces, {**layout, "legend": _LEGEND, "showlegend": True}, low=True)


def outcome_chart(board: Leaderboard) -> Chart:
    """Return how many trials ended in which way, over all that were finished."""
    counts = dict.fromkeys(ENDINGS, 0)
    steps: dict[str, list[int]] = {state: [] for state in counts}
    for row in board.trials:
        counts[_ending(row)] += 1
        for state, values in steps.items():
            values.append(counts[state])
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "stackgroup": "all",
            "name": ENDINGS[state],
            "line": {"color": COLOURS[state], "shape": "hv"},
            "x": [row.number for row in board.trials],
            "y": values,
        }
        for state, values in steps.items()
        if values and values[-1]
    ]
    layout = {
        "xaxis": {"title": {"text": "trial"}},
        "yaxis": {"title": {"text": "trials so far"}},
        "legend": _LEGEND,
        "hovermode": "x unified",
    }
    return Chart("outcomes", traces, layout, low=True)


def _ending(row: Row) -> str:
    state = state_of(row)
    return state if state in ENDINGS else "pruned"


def _scored(study: optuna.Study) -> list[Any]:
    import optuna

    return study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))


def _shared_holes(study: optuna.Study) -> bool:
    """Whether some hole that is filled in every scored trial takes several values."""
    scored = _scored(study)
    shared = set.intersection(*(set(trial.params) for trial in scored))
    return any(len({trial.params[hole] for trial in scored}) > 1 for hole in shared)


def _plain(figure: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return a figure of plotly's as plain data, without its own colours of paper and grid."""
    data = json.loads(figure.to_json())
    layout = {key: value for key, value in data["layout"].items() if key not in {"template", "title"}}
    return data["data"], layout
