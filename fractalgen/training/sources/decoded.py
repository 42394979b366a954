"""Decoded images are kept between runs, in the cache folder of the user."""

from __future__ import annotations

import os
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import torch

from fractalgen.atomic import write_bytes
from fractalgen.training.sources._base import Labelled

CACHE_VARIABLE = "FRACTALGEN_CACHE"


def cache_folder() -> Path:
    """Return where decoded images are kept: what FRACTALGEN_CACHE names, else the platform's cache folder."""
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "fractalgen"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "fractalgen"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fractalgen"


def recall(key: str) -> Labelled | None:
    """Return the images kept under `key`, or None."""
    import numpy as np

    try:
        with np.load(_file(key), allow_pickle=False) as kept:
            return Labelled(torch.from_numpy(kept["images"]), torch.from_numpy(kept["labels"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def remember(key: str, found: Labelled) -> None:
    """Keep images under `key`; a folder that cannot be written costs the next run some seconds, nothing else."""
    import numpy as np

    buffer = BytesIO()
    np.savez(buffer, images=found.images.numpy(), labels=found.labels.numpy())
    try:
        write_bytes(_file(key), buffer.getvalue())
    except OSError:
        return


def _file(key: str) -> Path:
    return cache_folder() / f"{key}.npz"
