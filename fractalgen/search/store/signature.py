"""What must stay the same while a study goes on, compared in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def difference_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Return in words what differs between two signatures; empty when nothing does."""
    found = []
    for part in sorted({*old, *new}):
        one, other = old.get(part), new.get(part)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            found += [_change(f"{part} {key!r}", one.get(key), other.get(key)) for key in sorted({*one, *other})]
        else:
            found.append(f"{part} changed")
    return "; ".join(filter(None, found))


def _change(name: str, old: Any, new: Any) -> str:
    if old == new:
        return ""
    if old is None:
        return f"{name} is new"
    return f"{name} is gone" if new is None else f"{name} was {old}, now is {new}"
