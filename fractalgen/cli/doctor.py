"""Say what this machine offers."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

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


def run(
    address: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="A Ray cluster to look at, too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which versions, cores, GPUs and programs fractalgen finds here.

    Example: fractalgen doctor
    """
    import torch

    from fractalgen.search.machines.capacity import GIB, gpus, memory

    found: dict[str, Any] = {"python": platform.python_version()}
    found |= {name: _version(name) for name in _PACKAGES}
    found["cores"] = os.cpu_count()
    found["torch threads"] = torch.get_num_threads()
    found["memory"] = f"{memory() / GIB:.1f} GiB"
    found["gpus"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    found["gpu memory"] = [f"{gpu.name}: {gpu.memory / GIB:.1f} GiB" for gpu in gpus()]
    found["graphviz program"] = shutil.which("dot") or "missing: PNG and PDF pictures need it"
    found |= _cluster(address) if address else {}
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        typer.echo(f"{name:<18}{', '.join(value) or 'none' if isinstance(value, list) else value}")


def _cluster(address: str) -> dict[str, list[str]]:
    """Return the machines of a Ray cluster, and where trials of one core would run on them."""
    from fractalgen.search.executors import EXECUTORS
    from fractalgen.search.machines.capacity import Layout
    from fractalgen.search.machines.placement import Placement

    nodes = EXECUTORS.get("ray").nodes(Placement(address=address))
    return {"cluster": list(map(str, nodes)), "trials": [f"{Layout(nodes).places} at a time, of one core each"]}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
