"""JSON files of a run -> values, checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from fractalgen.errors import SearchError
from fractalgen.spec.wording import show

T = TypeVar("T")


def read_record(file: Path, kind: type[T], prepare: Callable[[Any], Any] = lambda data: data) -> T:
    """Return the record that a JSON file holds; keys that it does not know are left alone.

    Args:
        file: The file.
        kind: A dataclass or model.
        prepare: Brings what the file holds into the form of `kind`.

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
        return TypeAdapter(kind).validate_python(prepare(data))
    except ValidationError as error:
        raise SearchError(
            f"{str(file)!r} is not a record of a run: {_problem(error)}",
            "Give a folder that `fractalgen search` or `fractalgen train` wrote.",
        ) from None


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    if first["type"] == "missing":
        return f"{path} is missing"
    reason = f": {first['ctx']['error']}" if first["type"] == "value_error" else ""
    return f"{path or 'the document'} cannot be {show(first['input'])}{reason}"
