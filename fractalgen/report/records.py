"""Reading what a run left behind, as validated records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fractalgen.errors import SearchError


class Record(BaseModel):
    """Base of what is read from a run folder; keys that a report has no use for are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


R = TypeVar("R", bound=Record)


def read_record(file: Path, kind: type[R]) -> R:
    """Return the record that a JSON file holds.

    Raises:
        SearchError: there is no such file, it is not JSON, or a key is missing or wrong; names the key.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SearchError(f"{str(file)!r} cannot be read: {error.strerror}", "Give the folder of a run.") from None
    except ValueError as error:
        raise SearchError(f"{str(file)!r} is not JSON: {error}", "Run the search or the training again.") from None
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(map(str, first["loc"])) or "the document"
        raise SearchError(
            f"{str(file)!r} is not a record of a run: {path}: {first['msg'].lower()}",
            "Give a folder that `fractalgen search` or `fractalgen train` wrote.",
        ) from None


def read_optional(file: Path) -> str:
    """Return the text of a file; empty when there is none."""
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
