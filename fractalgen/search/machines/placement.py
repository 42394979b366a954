"""What an executor needs to know besides the jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fractalgen.spec.resources import Placed, Resources

LOGS = "logs"
"""The folder of a run for what Ray Tune's callbacks write."""


@dataclass(frozen=True)
class Placement:
    """Where and how trials run.

    Attributes:
        resources: What a trial takes.
        timeout: Seconds that a trial may take, if there is a bound.
        address: HOST:PORT of a Ray cluster; empty for this machine alone.
        callbacks: Names of Ray Tune's callbacks, with their options.
        logs: Folder for what the callbacks write.
    """

    resources: Resources = field(default_factory=Resources)
    timeout: float | None = None
    address: str = ""
    callbacks: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    logs: Path | None = None


def placement_of(search: Placed, address: str | None, logs: Path) -> Placement:
    """Return what `search:` says of where its trials run."""
    named: list[dict[str, Any]] = [item if isinstance(item, dict) else {item: {}} for item in search.callbacks]
    return Placement(
        resources=search.resources,
        timeout=search.timeout_seconds,
        address=address or "",
        callbacks=tuple((name, options) for item in named for name, options in item.items()),
        logs=logs,
    )
