"""Search spaces and networks as YAML that a user can run and copy."""

from __future__ import annotations

import shlex
from importlib import resources
from pathlib import Path

from fractalgen.errors import ExportError

STARTER = "starter.yaml"
_CALLED = "mine.yaml"


def write_starter(file: Path) -> None:
    """Copy the commented starter spec to `file`, which the commands in its comments then name.

    Raises:
        ExportError: the file exists, or cannot be written.
    """
    text = (resources.files(__package__) / STARTER).read_text(encoding="utf-8")
    text = text.replace(_CALLED, shlex.quote(str(file)))
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise ExportError(f"{str(file)!r} exists", "Give another name.") from None
    except OSError as error:
        raise ExportError(f"{str(file)!r} cannot be written: {error.strerror}", "Give another name.") from None
