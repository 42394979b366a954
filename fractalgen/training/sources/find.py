"""Which source reads the data of a spec."""

from __future__ import annotations

from pathlib import Path

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data, no_data_at
from fractalgen.training.sources import SOURCES, Source
from fractalgen.training.sources.digests import unreadable

_MOST_NAMES = 8


def find_source(data: Data) -> Source:
    """Return the source that the data name, or the one that recognises their path.

    Raises:
        TrainError: none does, or several do, or it does not take the options of the data.
    """
    if data.source is not None:
        return SOURCES.get(data.source)(data)
    name = _recognised(Path(data.path or ""))
    if problem := data.problem(name):
        raise TrainError(f"{data.path!r} holds data of the source {name}: {problem}", "Take it out of the data.")
    return SOURCES.get(name)(data)


def _recognised(path: Path) -> str:
    try:
        if not path.exists():
            raise no_data_at(str(path))
        found = [name for name in SOURCES if SOURCES.get(name).recognises(path)]
        there = [path.name] if path.is_file() else sorted(each.name for each in path.iterdir())
    except OSError as error:
        raise unreadable(path, error) from None
    if len(found) == 1:
        return found[0]
    if found:
        raise TrainError(f"{str(path)!r} may be {' or '.join(found)}", f"Say which: `source: {found[0]}`.")
    names = ", ".join(there[:_MOST_NAMES]) + (", ..." if len(there) > _MOST_NAMES else "")
    layouts = [f"{SOURCES.get(name).layout} ({name})" for name in SOURCES if SOURCES.get(name).layout]
    raise TrainError(
        f"{str(path)!r} holds no data of a known layout, found {names or 'nothing'}",
        f"A folder needs one of: {'; '.join(layouts)}.",
    )
