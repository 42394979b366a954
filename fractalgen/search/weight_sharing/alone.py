"""The best networks, trained alone: what shared weights only rank is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fractalgen.run_files import CHECKPOINT
from fractalgen.search.job import EpochReport, Job, Outcome
from fractalgen.search.progress import Observer
from fractalgen.search.results.leaderboard import Leaderboard, Row
from fractalgen.search.results.leaderboard_file import LeaderboardFile
from fractalgen.search.results.run_folder import RunFolder, read_json, write_json
from fractalgen.search.store.full_disk import full_disk

if TYPE_CHECKING:
    from fractalgen.search.executors import Executor

FILE = "alone.json"
"""In a trial's folder: the result of its network trained alone."""


@dataclass(frozen=True)
class TrainAlone:
    """Trains the best networks by the ordinary evaluation, each once, whatever is killed in between.

    Attributes:
        folder: Of the search.
        job: Makes the job of a trial and writes its spec.
        executor: Makes the executor of the ordinary evaluation.
        observer: Who watches.
        file: Where the leaderboard is written.
    """

    folder: RunFolder
    job: Callable[[int], Job]
    executor: Callable[[], Executor]
    observer: Observer
    file: LeaderboardFile

    def best(self, board: Leaderboard, count: int) -> Leaderboard:
        """Return the leaderboard with the results of the `count` best networks, trained alone where they were not."""
        chosen = _by_shared_weights(board, count)
        waiting = [row for row in chosen if read_json(self._file(row.number)) is None]
        if not waiting:
            return self._with_results(board)
        self._train(waiting, board)
        board = self._with_results(board)
        self.file.write(board)
        return board

    def _train(self, rows: list[Row], board: Leaderboard) -> None:
        executor = self.executor()
        running: dict[int, Row] = {}
        try:
            executor.start()
            while rows or running:
                while rows and len(running) < executor.slots:
                    row = rows.pop(0)
                    running[row.number] = row
                    executor.submit(self.job(row.number))
                    self.observer.trial_started(row.number, row.params)
                outcome = executor.poll(self._on_epoch)
                self._keep(outcome)
                self.observer.trial_finished(self._with_result(running.pop(outcome.number)), board)
        finally:
            executor.close()

    def _on_epoch(self, number: int, report: EpochReport) -> bool:
        self.observer.epoch_finished(number, report)
        return True

    def _keep(self, outcome: Outcome) -> None:
        if outcome.result.trouble == "disk":
            raise full_disk(self.folder.trial(outcome.number))
        write_json(self._file(outcome.number), asdict(outcome.result))
        (self.folder.trial(outcome.number) / CHECKPOINT).unlink(missing_ok=True)

    def _with_results(self, board: Leaderboard) -> Leaderboard:
        return replace(board, trials=tuple(self._with_result(row) for row in board.trials))

    def _with_result(self, row: Row) -> Row:
        known = None if row.cached else read_json(self._file(row.number))
        if known is None:
            return replace(row, alone={})
        if known["reason"]:
            return replace(row, alone={}, reason=f"not trained alone: {known['reason']}")
        return replace(row, alone={**row.metrics, **known["metrics"]})

    def _file(self, number: int) -> Path:
        return self.folder.trial(number) / FILE


def _by_shared_weights(board: Leaderboard, count: int) -> tuple[Row, ...]:
    rows = tuple(replace(row, alone={}) for row in board.trials)
    return replace(board, trials=rows).ranked[:count]
