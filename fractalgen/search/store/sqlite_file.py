"""SQLite's file of a study: waits while another process has it locked, and says in a sentence what is wrong with it."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from fractalgen.errors import SearchError
from fractalgen.search.store.full_disk import full_disk

PATIENCE = 60.0
"""Seconds to wait for a lock."""

_ATTEMPT = 1.0

T = TypeVar("T")


class Writes:
    """Counts the transactions that wrote."""

    def __init__(self) -> None:
        self.count = 0


def connect_args(file: Path, counted: Writes) -> dict[str, Any]:
    """Return what SQLAlchemy hands to `sqlite3.connect`; `counted` learns of all that is written."""

    class OfFile(_Connection):
        patience = _Patience(str(file))
        writes = counted

    return {"timeout": _ATTEMPT, "factory": OfFile}


class _Patience:
    """Does again what failed because of a lock, until the time is up; the first time it says so.

    SQLite would wait as long by itself, and nobody would know why the search stands still.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._is_over = False

    def __call__(self, action: Callable[..., T], *arguments: Any) -> T:
        began = time.monotonic()
        said = False
        while True:
            try:
                return action(*arguments)
            except sqlite3.OperationalError as error:
                self._check(error, time.monotonic() - began)
            if not said:
                self._say()
                said = True

    def _check(self, error: sqlite3.OperationalError, waited: float) -> None:
        """Return if it is worth another attempt.

        Raises:
            SearchError: it is not, and people know the reason.
        """
        if "disk is full" in str(error):
            raise full_disk(self._name) from None
        if "locked" not in str(error):
            raise error
        if self._is_over or waited >= PATIENCE:
            # What is still written at the end of a search that gave up does not wait once more.
            self._is_over = True
            raise SearchError(
                f"the study {self._name!r} was locked by another process for {waited:.0f} s",
                "End what uses it; the same command goes on.",
            ) from None

    def _say(self) -> None:
        logging.getLogger("fractalgen").warning(
            "the study %r is locked by another process; waiting up to %.0f s", self._name, PATIENCE
        )


class _Connection(sqlite3.Connection):
    patience: _Patience
    writes: Writes

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # A write-ahead log survives the death of the process at any moment, and does not wait for the disk at each of
        # the dozen commits of a trial. Without power the last ones may go; the trial's own file has its result.
        for setting in ("journal_mode = wal", "synchronous = normal"):
            self.execute(f"pragma {setting}").close()

    def cursor(self, *_: Any) -> sqlite3.Cursor:  # type: ignore[override]
        return super().cursor(_Cursor)

    def commit(self) -> None:
        self.writes.count += self.in_transaction  # reading begins none
        self.patience(super().commit)


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def execute(self, *arguments: Any) -> Self:
        return self.connection.patience(super().execute, *arguments)

    def executemany(self, *arguments: Any) -> Self:
        return self.connection.patience(super().executemany, *arguments)
