"""Where decoded images and digests are kept between runs."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

CACHE_VARIABLE = "FRACTALGEN_CACHE"


def cache_folder() -> Path:
    """Return the folder that FRACTALGEN_CACHE names, else XDG_CACHE_HOME/fractalgen or the platform's cache folder."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser().absolute()
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "fractalgen"
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "fractalgen"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home()) / "fractalgen"
    return _home() / ".cache" / "fractalgen"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        # A user without an entry in the system's list, as in some containers.
        return Path(tempfile.gettempdir())


@lru_cache(maxsize=8)
def warn_of_no_cache(folder: Path, reason: str) -> None:
    """Say, once a folder, that nothing is kept; the next run decodes again, which costs time and memory alone."""
    logging.getLogger("fractalgen").warning(
        "warning: decoded images are not kept: %s cannot be written: %s. Set %s to another folder.",
        folder,
        reason,
        CACHE_VARIABLE,
    )
