"""A search as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from fractalgen.report.chart import library
from fractalgen.report.leaderboard_table import leaderboard_table
from fractalgen.report.page import folded, listing, page, seconds, section, share, side_by_side, tiles
from fractalgen.report.picture import picture
from fractalgen.report.records import read_optional
from fractalgen.report.script import CARD, CHARTS
from fractalgen.report.search_charts import front_chart, history_chart, importance_chart, outcome_chart, parallel_chart
from fractalgen.report.timeline import timeline_chart
from fractalgen.report.trial_pictures import trial_pictures
from fractalgen.report.wording import plain, readable, shown
from fractalgen.run_files import LOCK, SPEC
from fractalgen.search import Leaderboard
from fractalgen.search.results.leaderboard import short_names
from fractalgen.visualize.lettering import escape

_FRONT_NOTE = "Each dot is a trial. Point at one to see its network; click to keep it and to copy its spec."
_TABLE_NOTE = "Click a heading to sort, a number to see the network. The bar on the left marks the front."
_GUARDS_NOTE = "Checked in every run, because it goes wrong silently; the scores of these trials may mean nothing."
_PARALLEL_NOTE = "Each line is a trial, from what was chosen for each hole to its score; orange is best."
_IMPORTANCE_NOTE = (
    "How much of the spread among scored trials each hole explains (PED-ANOVA); holes of some trials are left out."
)


def search_page(folder: Path, board: Leaderboard, refresh: int | None = None) -> str:
    """Return the report of a search as HTML; a browser reads it again after `refresh` seconds."""
    goals = ", ".join(f"{goal.direction} {readable(goal.metric)}" for goal in board.objectives)
    return page(
        board.name or folder.name,
        f"Architecture search: {goals}",
        [tiles(_headline(board)), *_plots(board), *_findings(folder, board), trial_pictures(folder, board)],
        (library(), CARD + CHARTS),
        refresh,
    )


def _plots(board: Leaderboard) -> Iterable[str]:
    upwards, *others = [readable(goal.metric) for goal in board.objectives]
    trade_off = f"{upwards.capitalize()} against {others[0]}" if others else ""
    yield section(trade_off, front_chart(board).html(), _FRONT_NOTE)
    yield side_by_side(
        section("History", history_chart(board).html()),
        section("Importance", importance_chart(board).html(), _IMPORTANCE_NOTE),
    )
    yield section("Choices and scores", parallel_chart(board).html(), _PARALLEL_NOTE)
    yield side_by_side(
        section("When trials ran", timeline_chart(board).html()),
        section("How trials ended", outcome_chart(board).html() + _reasons(board)),
    )


def _findings(folder: Path, board: Leaderboard) -> Iterable[str]:
    lock = folded("lock.json: versions, seeds and digests of this run", _file(folder, LOCK))
    space = folded("spec.yaml: the space that was searched", _file(folder, SPEC))
    yield section("The best architecture", _best(folder / "best"), _best_note(board))
    yield section("What the guards found", _guards(board), _GUARDS_NOTE)
    yield section("Leaderboard", leaderboard_table(board), _TABLE_NOTE)
    yield section("The run", space + lock)


def _file(folder: Path, name: str) -> str:
    return listing(read_optional(folder / name), name)


def _headline(board: Leaderboard) -> Iterable[tuple[str, str]]:
    best = board.best
    if best is not None:
        for goal in board.objectives:
            if goal.metric in best.final:
                yield f"best: {readable(goal.metric)}", shown(goal.metric, best.final[goal.metric])
    if board.test_accuracy is not None:
        yield "best: test accuracy", share(board.test_accuracy)
    yield "trials", f"{len(board.trials):,}" + (f" of {board.target:,}" if board.target else "")
    yield "distinct networks", f"{len({trial.fingerprint for trial in board.trials if trial.fingerprint}):,}"
    yield "answered from cache", f"{sum(trial.cached for trial in board.trials):,}"
    yield "stopped early", f"{sum(trial.stopped for trial in board.trials):,}"
    yield "pruned", f"{sum(not trial.complete and not trial.stopped for trial in board.trials):,}"
    if len(board.objectives) > 1:
        yield "on the front", f"{len(board.front):,}"
    if board.hypervolume is not None:
        yield "hypervolume", f"{board.hypervolume:.4g}"
    if board.kendall_tau is not None:
        yield "Kendall's tau of shared weights", f"{board.kendall_tau:.2f}"
    if board.epochs:
        yield "epochs trained", f"{board.epochs:,}"
    yield "time in trials", seconds(sum(trial.seconds for trial in board.trials if not trial.cached))


def _reasons(board: Leaderboard) -> str:
    """Return why trials were pruned, the most frequent reason first."""
    counts = Counter(trial.reason for trial in board.trials if not trial.complete and trial.reason)
    items = "".join(f"<li>{count:,}: {escape(reason[:300])}</li>" for reason, count in counts.most_common(8))
    more = f"<li>and {len(counts) - 8:,} other reasons</li>" if len(counts) > 8 else ""
    return f'<ul class="reasons muted">{items}{more}</ul>' if items else ""


def _guards(board: Leaderboard) -> str:
    found = [(row.number, problem) for row in board.trials if not row.cached for problem in row.problems]
    items = "".join(f"<li>trial {number}: {escape(problem)}</li>" for number, problem in found)
    return f'<ul class="guards">{items}</ul>' if items else ""


def _best(folder: Path) -> str:
    drawn = picture(folder)
    left = f'<div class="picture">{drawn}</div>' if drawn else ""
    return side_by_side(left, listing(read_optional(folder / SPEC), "best/spec.yaml"))


def _best_note(board: Leaderboard) -> str:
    best = board.best
    if best is None:
        return ""
    return f"Trial {best.number}: " + ", ".join(
        f"{name} {plain(value)}"
        for name, value in zip(short_names(tuple(best.params)), best.params.values(), strict=True)
    )
