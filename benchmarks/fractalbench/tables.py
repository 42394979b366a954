"""Figures -> the tables of the page, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .figures import Figures, Fronts, Regrets
from .measures import Quartiles

PLACES = (10, 25, 50, 100, 150, 200)
"""Trials that the table shows."""


def tables(figures: Figures) -> str:
    """Return what was measured as the tables of the page."""
    return "\n".join([*_regret_lines(figures.regrets), "", *_front_lines(figures.fronts)])


def _regret_lines(regrets: Regrets) -> Iterator[str]:
    last = len(regrets.validation["random"])
    places = [place for place in PLACES if place <= last]
    yield f"| regret, % | {' | '.join(f'after {place}' for place in places)} | trials to {100 * regrets.goal:.2f} |"
    yield f"| --- |{' --- |' * (len(places) + 1)}"
    for name in regrets.validation:
        for kind, curve in (("", regrets.validation[name]), (", test", regrets.test[name])):
            cells = " | ".join(_percents(curve[place - 1]) for place in places)
            reached = f"{_number(regrets.trials_to_goal[name])}, {regrets.reached[name]} searches" if not kind else ""
            yield f"| {name}{kind} | {cells} | {reached} |"


def _percents(found: Quartiles) -> str:
    return f"{100 * found.median:.2f} ({100 * found.low:.2f} to {100 * found.high:.2f})"


def _front_lines(fronts: Sequence[Fronts]) -> Iterator[str]:
    yield "| sampler | parameters | epochs | hypervolume | epochs to 98 % | without pruning | searches |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for each in fronts:
        shares = [f"{part.median:.3f} ({part.low:.3f} to {part.high:.3f})" for part in (each.epochs, each.hypervolume)]
        cells = [each.sampler, each.parameters, *shares]
        cells += [_number(each.epochs_to_enough), _number(each.unpruned_epochs_to_enough)]
        yield f"| {' | '.join(cells)} | {each.reached} of {each.searches} |"


def _number(value: float | None) -> str:
    return "never" if value is None else f"{value:.3g}"
