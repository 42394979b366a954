"""A full disk: how it shows, and the one sentence about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from fractalgen.errors import SearchError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full_disk(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that a disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def full_disk(place: object) -> SearchError:
    """Return the error that ends a search; nothing that was told to the study is lost."""
    return SearchError(f"the disk is full that holds {str(place)!r}", "Free some space; the same command goes on.")


@contextmanager
def full_disk_is_said(place: object) -> Iterator[None]:
    """Raise `full_disk` in place of errors of files.

    Raises:
        SearchError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise full_disk(place) from None
        raise
