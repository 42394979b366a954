"""Times and sizes as people write them: `10m`, `4GiB`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12} | {
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?) ?([A-Za-z]*)")


def read_seconds(value: float | str) -> float:
    """Return seconds: of a number itself, of a text such as `90s`, `10m`, `2h` or `1d`.

    Raises:
        ValueError: it is no time above 0.
    """
    seconds = _read(value, _SECONDS)
    if seconds is None:
        raise ValueError("must be a time above 0, in seconds or such as 90s, 10m, 2h or 1d")
    return seconds


def read_bytes(value: float | str) -> int:
    """Return bytes: of a number itself, of a text such as `512MiB` or `4GB`.

    Raises:
        ValueError: it is no size of at least a byte.
    """
    found = _read(value, _BYTES)
    if found is None or found < 1:
        raise ValueError("must be a size above 0, in bytes or such as 512MiB, 4GiB or 4GB")
    return int(found)


def _read(value: float | str, units: dict[str, int]) -> float | None:
    """Return the number times its unit; None when it is neither, not above 0, or larger than anything there is."""
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value)
        if match is None or match[2] not in units:
            return None
        value = float(match[1]) * units[match[2]]
    return float(value) if 0 < value < 1e18 else None


def _kept(read: Callable[[float | str], float]) -> AfterValidator:
    """A check that a value can be read, which keeps it as it was written."""

    def check(value: float | str) -> float | str:
        read(value)
        return value

    return AfterValidator(check)


Duration = Annotated[int | float | str, _kept(read_seconds)]
"""A field of a spec that `read_seconds` understands."""

Size = Annotated[int | str, _kept(read_bytes)]
"""A field of a spec that `read_bytes` understands."""
