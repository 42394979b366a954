"""One file a join, and its line in this table."""

from __future__ import annotations

from fractalgen.ir.joins._base import Join
from fractalgen.registry import Registry

JOINS: Registry[type[Join]] = Registry(
    "join",
    {
        "concat": "fractalgen.ir.joins.concat:Concat",
        "gate": "fractalgen.ir.joins.gate:Gate",
        "hyper_connection": "fractalgen.ir.joins.hyper_connection:HyperConnection",
        "learned": "fractalgen.ir.joins.learned:Learned",
        "manifold": "fractalgen.ir.joins.manifold:Manifold",
        "max": "fractalgen.ir.joins.max:Max",
        "mean": "fractalgen.ir.joins.mean:Mean",
        "shake": "fractalgen.ir.joins.shake:Shake",
        "sum": "fractalgen.ir.joins.sum:Sum",
    },
)

__all__ = ["JOINS", "Join"]
