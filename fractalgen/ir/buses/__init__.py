"""One file a kind of hyper-connection, and its line in this table."""

from __future__ import annotations

from fractalgen.ir.buses._base import Connection
from fractalgen.registry import Registry

CONNECTIONS: Registry[type[Connection]] = Registry(
    "connection",
    {
        "hyper_connection": "fractalgen.ir.buses.hyper_connection:HyperConnection",
        "manifold": "fractalgen.ir.buses.manifold:Manifold",
    },
)
