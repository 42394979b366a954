"""`leaderboard.json` while a search runs."""

from __future__ import annotations

import time
from pathlib import Path

from fractalgen.search.results.leaderboard import FILE, Leaderboard
from fractalgen.search.results.run_folder import write_json

_SHARE = 0.05


class LeaderboardFile:
    """Writes the leaderboard whole, and so seldom that this takes at most a twentieth of the time.

    Trials that train for seconds are in the file as soon as they are told. The file grows with the search: after
    thousands of trials that take no time, to write it after each would cost more than all else. The study has them at
    once in any case.

    Attributes:
        board: The leaderboard as it is, in the file or not yet.

    Args:
        folder: The run folder.
        board: The leaderboard so far.
    """

    def __init__(self, folder: Path, board: Leaderboard) -> None:
        self.board = board
        self._file = folder / FILE
        self._written: Leaderboard | None = None
        self._due = 0.0

    def offer(self, board: Leaderboard) -> None:
        """Take `board` for what is, and write it if it is news and it is time."""
        self.board = board
        if board is not self._written and time.monotonic() >= self._due:
            self.write(board)

    def write(self, board: Leaderboard) -> None:
        """Write `board` now."""
        self.board = board
        began = time.monotonic()
        write_json(self._file, board.to_json())
        self._written = board
        ended = time.monotonic()
        self._due = ended + (ended - began) / _SHARE
