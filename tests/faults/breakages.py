"""What is spoilt in the process of a search before it begins."""

import errno
import os
import sqlite3.dbapi2
from pathlib import Path

from fractalgen.search.store import sqlite_file


def nothing():
    """Let everything work."""


def little_patience():
    """Wait for locks a little while."""
    sqlite_file.PATIENCE = 2.0


def full_database():
    """Let the study's file not grow any more."""
    connect = sqlite3.dbapi2.connect

    def full(*arguments, **named):
        connection = connect(*arguments, **named)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    sqlite3.dbapi2.connect = full


def _let_writing_fail(falls):
    fsync = os.fsync

    def failing(handle):
        if falls(Path(f"/proc/self/fd/{handle}").readlink()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    os.fsync = failing


def full_disk():
    """Let no result of a trial be written any more."""
    _let_writing_fail(lambda file: file.name.startswith(".metrics.json"))


def full_disk_of_weights():
    """Let an evaluation find the disk full."""
    _let_writing_fail(lambda file: file.name.startswith(".weights"))
