"""Hashes of files, which are read once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from fractalgen.atomic import write_text
from fractalgen.errors import TrainError
from fractalgen.training.sources.cache import cache_folder

_JUST_NOW_NS = 2_000_000_000
"""A file that changed this recently may change again within one tick of the clock of its file system."""


def digest_of(files: Sequence[Path], folder: Path) -> str:
    """Return a hash of the names within `folder` and of the content of files.

    The content is read again when size, times or inode of a file have changed; no program can set the time of the last
    change of an inode.

    Raises:
        TrainError: a file cannot be read.
    """
    names = [path.relative_to(folder).as_posix() for path in files]
    stamp, settled = _stamp(files)
    note = cache_folder() / "digests" / stamp
    known = _read(note, stamp)
    if known is not None:
        return known
    total = hashlib.sha256()
    for name, path in zip(names, files, strict=True):
        total.update(f"{len(name)} {name} {_hash(path)}\n".encode())
    digest = total.hexdigest()
    if settled:
        _write(note, stamp, digest)
    return digest


def _stamp(files: Sequence[Path]) -> tuple[str, bool]:
    """Return a hash of what the file system says about files, and whether it will notice any further change."""
    total = hashlib.sha256()
    latest = 0
    for path in files:
        try:
            found = path.stat()
        except OSError as error:
            raise unreadable(path, error) from None
        latest = max(latest, found.st_mtime_ns, found.st_ctime_ns)
        known = (str(path), found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)
        total.update(repr(known).encode())
    return total.hexdigest(), latest < time.time_ns() - _JUST_NOW_NS


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> TrainError:
    """Return the error for a file or folder that the system does not let us read."""
    return TrainError(f"{str(path)!r} cannot be read: {error.strerror or error}", "Check its name and permissions.")


def _read(note: Path, stamp: str) -> str | None:
    try:
        digest, _, seal = note.read_text(encoding="utf-8").strip().partition(" ")
    except (OSError, UnicodeDecodeError):
        return None
    return digest if seal == _seal(stamp, digest) else None


def _write(note: Path, stamp: str, digest: str) -> None:
    try:
        write_text(note, f"{digest} {_seal(stamp, digest)}\n")
    except OSError:
        # Without a note the files are hashed again; that decoded images are not kept is said elsewhere.
        return


def _seal(stamp: str, digest: str) -> str:
    return hashlib.sha256(f"{stamp} {digest}".encode()).hexdigest()[:16]
