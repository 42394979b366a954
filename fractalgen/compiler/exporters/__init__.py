"""One file an export format, and its line in this table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fractalgen.compiler.network import Network
from fractalgen.registry import Registry

Exporter = Callable[[Network, Path], None]
"""Writes a network to a file.

Raises:
    ExportError: the format cannot hold the network, or the file cannot be written.
"""

EXPORTERS: Registry[Exporter] = Registry(
    "exporter",
    {
        "python": "fractalgen.compiler.exporters.python:write",
        "safetensors": "fractalgen.compiler.exporters.safetensors:write",
    },
)
