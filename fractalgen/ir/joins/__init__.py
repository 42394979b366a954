"""One file a join, and its line in this table."""

from __future__ import annotations

from fractalgen.ir.joins._base import Join
from fractalgen.registry import Registry

JOINS: Registry[type[Join]] = Registry(
    "join",
    {
        "concat": "fractalgen.ir.joins.concat:Concat",
        "gate": "fractalgen.ir.joins.gate:Gate",
        "learned": "fractalgen.ir.joins.learned:Learned",
        "max": "fractalgen.ir.joins.max:Max",
        "mean": "fractalgen.ir.joins.mean:Mean",
        "sum": "fractalgen.ir.joins.sum:Sum",
    },
)

__all__ = ["JOINS", "Join"]
