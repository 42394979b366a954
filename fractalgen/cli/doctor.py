"""Say what this machine offers."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import typer

from fractalgen.cli._options import AsJson, print_json

_PACKAGES = (
    "fractalgen",
    "torch",
    "networkx",
    "optuna",
    "pydantic",
    "graphviz",
    "ray",
    "scikit-learn",
    "pyarrow",
)


def run(as_json: AsJson = False) -> None:
    """Say which versions, cores, GPUs and programs fractalgen finds here.

    Example: fractalgen doctor
    """
    import torch

    found: dict[str, Any] = {"python": platform.python_version()}
    found |= {name: _version(name) for name in _PACKAGES}
    found["cores"] = os.cpu_count()
    found["torch threads"] = torch.get_num_threads()
    found["gpus"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    found["graphviz program"] = shutil.which("dot") or "missing: PNG and PDF pictures need it"
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        typer.echo(f"{name:<18}{', '.join(value) or 'none' if isinstance(value, list) else value}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
