"""Who drives a search: one process, which owns its folder, or several, which share a PostgreSQL database.

Several drivers take turns where two at once would ask beyond the budget or train one network twice. The database
itself knows who is alive: a driver holds a lock for as long as its connection lasts, which a kill ends at once.
"""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fractalgen.errors import MissingDependencyError, SearchError

if TYPE_CHECKING:
    from sqlalchemy import URL

_TURN_SECONDS = 120
_SILENCE = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
"""A machine that fell silent is taken for dead after a minute."""


class Alone:
    """The one driver of a run folder: whoever else began a trial is dead."""

    name = ""
    several = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Do nothing."""
        yield

    def lives(self, driver: str) -> bool:  # noqa: ARG002 - none does
        """Return False."""
        return False

    def close(self) -> None:
        """Do nothing."""


class Several:
    """This driver among those of one study.

    Args:
        url: The database.
        study: The name of the study.

    Raises:
        SearchError: the database cannot be reached.
    """

    several = True

    def __init__(self, url: URL, study: str) -> None:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import SQLAlchemyError

        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._study = study
        options = {"options": f"{_SILENCE} -c lock_timeout={_TURN_SECONDS}s"}
        try:
            engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args=options)
            self._connection = engine.connect()
        except ImportError:
            raise MissingDependencyError(
                "psycopg is not installed", "Install it with: pip install 'fractalgen[postgresql]'"
            ) from None
        except SQLAlchemyError as error:
            raise SearchError(
                f"the database {shown(url)!r} cannot be reached: {reason(error)}", "Start it, or correct --storage."
            ) from None
        self._ask("pg_advisory_lock", self.name)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let no other driver of the study be in such a block.

        Raises:
            SearchError: the database went away, or another driver stands still.
        """
        self._ask("pg_advisory_lock", self._study)
        try:
            yield
        finally:
            self._ask("pg_advisory_unlock", self._study)

    def lives(self, driver: str) -> bool:
        """Whether a driver is connected to the database."""
        if driver == self.name:
            return True
        if not self._ask("pg_try_advisory_lock_shared", driver):
            return True
        self._ask("pg_advisory_unlock_shared", driver)
        return False

    def close(self) -> None:
        """Leave the others."""
        self._connection.close()
        self._connection.engine.dispose()

    def _ask(self, function: str, name: str) -> Any:
        from sqlalchemy import func, select

        key = int.from_bytes(hashlib.sha256(f"fractalgen {name}".encode()).digest()[:8], "big", signed=True)
        return self._connection.execute(select(getattr(func, function)(key))).scalar()


def shown(url: URL) -> str:
    """Return an address without its password."""
    return url.render_as_string(hide_password=True)


def reason(error: Exception) -> str:
    """Return the first line of what a database says."""
    text = str(getattr(error, "orig", None) or error.__cause__ or error)
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else type(error).__name__
