"""Optuna's storage in a file that one process writes: nothing is news until that process has written."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from fractalgen.search.store.sqlite_file import Writes, connect_args


class OneWriter(RDBStorage):
    """Tells Optuna's cache without a look at the file that nothing has changed.

    Sampler, Optuna and driver ask for all trials many times between two writes; each time the cache asks for what is
    newer than the last finished trial, which takes six selects.

    Args:
        file: Of SQLite.
    """

    def __init__(self, file: Path) -> None:
        self._writes = Writes()
        self._seen = -1
        super().__init__(f"sqlite:///{file}", engine_kwargs={"connect_args": connect_args(file, self._writes)})

    def _get_trials(
        self,
        study_id: int,
        states: Container[TrialState] | None,
        included_trial_ids: set[int],
        trial_id_greater_than: int,
    ) -> list[FrozenTrial]:
        is_news = trial_id_greater_than >= 0  # else it is a question for all of them
        now = self._writes.count
        if is_news and now == self._seen:
            return []
        found = super()._get_trials(study_id, states, included_trial_ids, trial_id_greater_than)
        if is_news:
            self._seen = now
        return found
