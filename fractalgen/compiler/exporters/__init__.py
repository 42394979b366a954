"""One file an export format, and its line in this table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fractalgen.compiler.network import Network
from fractalgen.compiler.section import Section
from fractalgen.registry import Registry

Exporter = Callable[[Network | Section, Path], str]
"""Writes a network, a column or another part to a file; returns what is worth telling about it, or nothing.

Raises:
    ExportError: the format cannot hold the network, or the file cannot be written.
    MissingDependencyError: a package that the format needs is not installed.
"""

EXPORTERS: Registry[Exporter] = Registry(
    "exporter",
    {
        "onnx": "fractalgen.compiler.exporters.onnx:write",
        "python": "fractalgen.compiler.exporters.python:write",
        "safetensors": "fractalgen.compiler.exporters.safetensors:write",
        "torch-export": "fractalgen.compiler.exporters.torch_export:write",
    },
)
