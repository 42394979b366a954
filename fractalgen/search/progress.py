"""What a search tells those who watch it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from fractalgen.search.job import EpochReport
from fractalgen.search.results.leaderboard import Leaderboard, Row


class Observer(Protocol):
    """Watches a search. All calls come from the driver's thread, between two steps of its loop."""

    def search_started(self, leaderboard: Leaderboard, workers: int) -> None:
        """The search begins or goes on; `leaderboard` holds the trials of earlier runs."""

    def trial_started(self, number: int, params: Mapping[str, Any]) -> None:
        """A network was handed to the executor; `params` are its choices, for people."""

    def epoch_finished(self, number: int, report: EpochReport) -> None:
        """A running trial finished an epoch."""

    def trial_finished(self, row: Row, leaderboard: Leaderboard) -> None:
        """A trial was told to the study; `leaderboard` includes it."""


class Silent:
    """An observer that says nothing."""

    def search_started(self, leaderboard: Leaderboard, workers: int) -> None:
        """Ignore it."""

    def trial_started(self, number: int, params: Mapping[str, Any]) -> None:
        """Ignore it."""

    def epoch_finished(self, number: int, report: EpochReport) -> None:
        """Ignore it."""

    def trial_finished(self, row: Row, leaderboard: Leaderboard) -> None:
        """Ignore it."""
