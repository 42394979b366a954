"""Decoded images are kept between runs, mapped from files that all processes share."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import torch

from fractalgen.training.sources._base import Labelled
from fractalgen.training.sources.cache import cache_folder, warn_of_no_cache

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Chunk = tuple[NDArray[np.uint8], NDArray[np.int64]]
    """Some images, `(count, channels, height, width)`, and their labels, `(count,)`."""

    Decode = Callable[[], Iterator[Chunk]]
    """Decodes all images, a chunk at a time; is called again when its chunks could not be kept."""

FILES = ("images.npy", "labels.npy")
MANIFEST = "manifest.json"
_FORMAT = 1
_CHECKED_BYTES = 2**30
_BLOCK = 2**20
_HEADER_BYTES = 256
_DAY_SECONDS = 86_400.0


def decoded(key: str, decode: Decode) -> Labelled:
    """Return the images kept under `key`, decoding them when they are not there or damaged."""
    folder = cache_folder() / "decoded"
    found = _recall(folder / key)
    if found is not None:
        return found
    try:
        _remember(folder, key, decode)
    except OSError as error:
        warn_of_no_cache(folder, error.strerror or str(error))
        return _in_memory(decode)
    return _recall(folder / key) or _in_memory(decode)


def _recall(kept: Path) -> Labelled | None:
    import numpy as np

    try:
        manifest = json.loads((kept / MANIFEST).read_text(encoding="utf-8"))
        if manifest != _manifest(kept):
            return None
        # Copy on write, as torch wants arrays that can be written; nothing ever writes them.
        images, labels = (np.load(kept / name, mmap_mode="c", allow_pickle=False) for name in FILES)
    except (OSError, ValueError, EOFError):
        return None
    return Labelled(torch.from_numpy(images), torch.from_numpy(np.array(labels)))


def _remember(folder: Path, key: str, decode: Decode) -> None:
    """Write a folder `key`, which is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    making = Path(tempfile.mkdtemp(dir=folder, prefix=f".{key}."))
    try:
        _write_arrays(making, decode())
        (making / MANIFEST).write_text(json.dumps(_manifest(making)), encoding="utf-8")
        shutil.rmtree(folder / key, ignore_errors=True)
        try:
            making.rename(folder / key)
        except OSError:
            # Another process was faster; a folder that is damaged is not used.
            if not (folder / key).exists():
                raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _write_arrays(folder: Path, chunks: Iterator[Chunk]) -> None:
    count, shape = 0, ()
    with (folder / FILES[0]).open("wb") as images, (folder / FILES[1]).open("wb") as labels:
        for file in (images, labels):
            file.write(bytes(_HEADER_BYTES))
        for pixels, targets in chunks:
            count, shape = count + len(pixels), pixels.shape[1:]
            # Not through a mapped file: on a full disk that kills the process.
            images.write(pixels.tobytes())
            labels.write(targets.astype("<i8").tobytes())
        _finish(images, "|u1", (count, *shape))
        _finish(labels, "<i8", (count,))


def _finish(file: BinaryIO, kind: str, shape: tuple[int, ...]) -> None:
    """Write the header of an .npy file of version 1.0, now that the number of images is known."""
    text = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode().ljust(_HEADER_BYTES - 11) + b"\n"
    file.seek(0)
    file.write(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    file.flush()
    os.fsync(file.fileno())


def _in_memory(decode: Decode) -> Labelled:
    import numpy as np

    images, labels = zip(*decode(), strict=True)
    return Labelled(torch.from_numpy(np.concatenate(images)), torch.from_numpy(np.concatenate(labels)))


def _manifest(folder: Path) -> dict[str, Any]:
    return {"format": _FORMAT, "files": {name: _checksum(folder / name) for name in FILES}}


def _checksum(path: Path) -> str:
    """Return size and checksum of a file: of all of it up to a gigabyte, of blocks spread evenly in a larger one."""
    size = path.stat().st_size
    step = _BLOCK * max(1, size // _CHECKED_BYTES)
    total = 0
    with path.open("rb") as file:
        for start in range(0, size, step):
            file.seek(start)
            total = zlib.crc32(file.read(_BLOCK), total)
    return f"{size} {total:08x}"


def _remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed long ago have left behind."""
    for path in folder.glob(".*"):
        if path.is_dir() and path.stat().st_mtime < time.time() - _DAY_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
