"""Machines and their resources -> how many trials run at once on each."""

from __future__ import annotations

import math
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from fractalgen.spec.resources import Resources

GIB = 2**30
_SLACK = 1e-9
_SECONDS = 10.0
_QUERY = ("--query-gpu=index,uuid,name,memory.total", "--format=csv,noheader,nounits")


@dataclass(frozen=True)
class Gpu:
    """One GPU of this machine; `name` is what CUDA_VISIBLE_DEVICES knows it by, `memory` is in bytes."""

    name: str
    model: str
    memory: int


@dataclass(frozen=True)
class Node:
    """A machine.

    Attributes:
        name: For people.
        has: Amount of each resource, memory in bytes; a Ray cluster may have others than cpus, gpus, memory.
    """

    name: str
    has: Mapping[str, float]

    def places(self, resources: Resources) -> int:
        """Return how many trials it runs at once."""
        return min(_times(name, self.has.get(name, 0), amount) for name, amount in resources.amounts.items())

    def __str__(self) -> str:
        return f"{self.name} ({in_words(self.has)})"


@dataclass(frozen=True)
class Layout:
    """How the trials of a search lie on the machines that there are.

    Attributes:
        nodes: The machines.
        resources: What a trial takes.
    """

    nodes: tuple[Node, ...]
    resources: Resources = field(default_factory=Resources)

    @property
    def places(self) -> int:
        """How many trials run at once."""
        return sum(node.places(self.resources) for node in self.nodes)

    @property
    def lines(self) -> tuple[str, ...]:
        """The plan, a line a machine."""
        return tuple(self._line(node) for node in self.nodes)

    def _line(self, node: Node) -> str:
        count = node.places(self.resources)
        share = self.resources.gpus or 0.0
        each = f", {_times('gpus', 1, share)} a GPU" if count and 0 < share < 1 else ""
        return f"{node}: {count} trial{'s' * (count != 1)} at a time{each}, each {in_words(self.resources.amounts)}"


def machine() -> Node:
    """Return this machine."""
    has: dict[str, float] = {"cpus": cores(), "gpus": len(gpus()), "memory": memory()}
    return Node(platform.node() or "this machine", {name: amount for name, amount in has.items() if amount})


def cores() -> int:
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> int:
    """Return the bytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def gpus() -> tuple[Gpu, ...]:
    """Return the NVIDIA GPUs that this process may use; loads no torch."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        found = subprocess.run([program, *_QUERY], capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603 - no input
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = [line.split(", ") for line in found.stdout.splitlines() if line.count(", ") == 3]
    known = {(row[0], row[1]): Gpu(row[0], row[2], int(row[3]) * 2**20) for row in rows if row[3].isdecimal()}
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return tuple(known.values())
    return tuple(gpu for name in visible.split(",") for names, gpu in known.items() if name.strip() in names)


def in_words(amounts: Mapping[str, float]) -> str:
    """Return amounts of resources as people read them: `2 cpus, 0.25 gpus, 4.0 GiB memory`."""
    return ", ".join(_in_words(name, amount) for name, amount in amounts.items())


def _in_words(name: str, amount: float) -> str:
    if name == "memory":
        return f"{amount / GIB:.1f} GiB memory"
    return f"{amount:g} {name[:-1] if amount == 1 and name in ('cpus', 'gpus') else name}"


def _times(name: str, there: float, wanted: float) -> int:
    """Return how often an amount is there; a part of a GPU lies on one GPU."""
    if name == "gpus" and 0 < wanted < 1:
        return int(there) * math.floor(1 / wanted + _SLACK)
    return math.floor(there / wanted + _SLACK)
