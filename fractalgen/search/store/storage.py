"""Run folder, or the address of a database -> Optuna's study."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fractalgen.errors import SearchError
from fractalgen.run_files import STUDY
from fractalgen.search.store.drivers import Alone, Several, reason, shown
from fractalgen.spec.search import Objective

if TYPE_CHECKING:
    import optuna
    from sqlalchemy import URL

_NAME = "search"
_FORM = "Write postgresql://USER@HOST/DATABASE; without --storage the study lies in the run's folder."


class Storage:
    """Where a study is kept, and with whom.

    Args:
        folder: The run folder, whose file is the study where there is no address.
        address: Of a PostgreSQL database for several drivers; None for one.
        name: Of the study there.

    Raises:
        SearchError: the address means nothing, or the database cannot be reached; then nothing was written.
    """

    def __init__(self, folder: Path, address: str | None = None, name: str = _NAME) -> None:
        self._file = folder / STUDY
        self._url = None if address is None else _read(address)
        self._name = _NAME if self._url is None else name
        self.drivers = Alone() if self._url is None else Several(self._url, name)

    def __str__(self) -> str:
        return f"in {str(self._file.parent)!r}" if self._url is None else f"{self._name!r} in {shown(self._url)!r}"

    def open(self, objectives: tuple[Objective, ...]) -> optuna.Study:
        """Make the study or take it up again.

        Raises:
            SearchError: what is there is no study.
        """
        import optuna
        from sqlalchemy.exc import SQLAlchemyError

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            return optuna.create_study(
                storage=self._storage(),
                study_name=self._name,
                directions=[objective.direction for objective in objectives],
                load_if_exists=True,
            )
        except (SQLAlchemyError, RuntimeError, AssertionError) as error:
            place = str(self._file) if self._url is None else shown(self._url)
            raise SearchError(
                f"{place!r} is no study: {reason(error)}", "Move it away, or give another --out."
            ) from None

    @contextmanager
    def faults_are_said(self) -> Iterator[None]:
        """Raise an error of one sentence when the database goes away, and leave the other drivers at the end.

        Raises:
            SearchError: it went away.
        """
        from optuna.exceptions import StorageInternalError
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, StorageInternalError) as error:
            raise SearchError(
                f"the study {self} cannot be used any more: {reason(error)}", "Mend it; the same command goes on."
            ) from None
        finally:
            self.drivers.close()

    def _storage(self) -> optuna.storages.RDBStorage:
        import optuna

        if self._url is not None:
            return optuna.storages.RDBStorage(self._url.render_as_string(hide_password=False))
        from fractalgen.search.store.one_writer import OneWriter

        return OneWriter(self._file)


def _read(address: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise SearchError("--storage is no address of a database", _FORM) from None
    if url.get_backend_name() != "postgresql" or not url.database:
        raise SearchError(f"--storage {shown(url)!r} is no PostgreSQL database", _FORM)
    return url.set(drivername="postgresql+psycopg")
