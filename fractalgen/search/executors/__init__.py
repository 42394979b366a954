"""Executors: where trials run. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.search.executors._base import Executor

EXECUTORS: Registry[type[Executor]] = Registry(
    "executor",
    {
        "inline": "fractalgen.search.executors.inline:Inline",
        "process": "fractalgen.search.executors.process:Process",
        "ray": "fractalgen.search.executors.ray:Ray",
    },
)

__all__ = ["EXECUTORS", "Executor"]
