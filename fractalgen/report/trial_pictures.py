"""The picture and the spec of every architecture of a search, packed: a page unpacks one when it is looked at."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fractalgen.errors import FractalGenError
from fractalgen.report.page import data, frame
from fractalgen.report.records import read_optional
from fractalgen.report.wording import summary
from fractalgen.run_files import SPEC
from fractalgen.search import Leaderboard, Row
from fractalgen.search.results.run_folder import RunFolder
from fractalgen.visualize import Look, figure, svg

LOOK = Look(most_boxes=90, with_facts=False)
"""What a card has room for; a network of more boxes is drawn by its rule calls."""


def trial_pictures(folder: Path, board: Leaderboard) -> str:
    """Return the card that shows a trial, and what it shows of each; equal networks share one picture."""
    pictures: dict[str, str] = {}
    trials = {str(row.number): _entry(folder, row, pictures) for row in board.trials}
    return _card() + data("pictures", {"trials": trials, "pictures": pictures})


def _entry(folder: Path, row: Row, pictures: dict[str, str]) -> Mapping[str, Any]:
    key = row.fingerprint or str(row.number)
    if key not in pictures:
        packed = _packed(_spec(folder, row))
        if packed:
            pictures[key] = packed
    lines = summary(row).split("\n")
    reason = [row.reason] if row.reason else []
    return {"picture": key, "text": " · ".join([lines[0].partition(": ")[2], *lines[1:], *reason])}


def _spec(folder: Path, row: Row) -> str:
    """Return the spec of a trial or of the one that it repeats; empty when it never ran."""
    return read_optional(RunFolder(folder).evaluated(row) / SPEC)


@lru_cache(maxsize=4096)  # a report that is watched is made again and again
def _packed(spec: str) -> str:
    if not spec:
        return ""
    from fractalgen.passes import expand
    from fractalgen.spec import load_text

    try:
        drawn = svg(figure(expand(load_text(spec)), LOOK))
    except FractalGenError:
        return ""
    text = json.dumps({"svg": drawn, "spec": spec}, ensure_ascii=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def _card() -> str:
    return (
        '<aside class="card" id="card" hidden aria-live="polite"><header><h2></h2>'
        '<button type="button" class="close">Close</button></header><p class="muted"></p>'
        f'<div class="picture"></div>{frame("", SPEC)}</aside>'
    )
