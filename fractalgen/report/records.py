"""What a run left behind, read for people."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of what is read from a run folder; keys that a report has no use for are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def read_optional(file: Path) -> str:
    """Return the text of a file; empty when there is none."""
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
