"""YAML -> Spec -> Graph -> nn.Module -> Score -> Leaderboard -> files and pictures.

The public names; each is imported when it is first used, since torch alone costs seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fractalgen.compiler import Budget, Network, compile_graph
    from fractalgen.errors import FractalGenError
    from fractalgen.ir.graph import Graph
    from fractalgen.passes import Facts, expand, facts, fingerprint
    from fractalgen.search import run_search
    from fractalgen.spec import DropPath, Spec, load, load_text
    from fractalgen.training import fit
    from fractalgen.visualize import draw

_HOME = {
    "Budget": "compiler",
    "DropPath": "spec",
    "Facts": "passes",
    "FractalGenError": "errors",
    "Graph": "ir.graph",
    "Network": "compiler",
    "Spec": "spec",
    "compile_graph": "compiler",
    "draw": "visualize",
    "expand": "passes",
    "facts": "passes",
    "fingerprint": "passes",
    "fit": "training",
    "load": "spec",
    "load_text": "spec",
    "run_search": "search",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'fractalgen' has no attribute {name!r}")
    return getattr(import_module(f"fractalgen.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)


__all__ = [
    "Budget",
    "DropPath",
    "Facts",
    "FractalGenError",
    "Graph",
    "Network",
    "Spec",
    "compile_graph",
    "draw",
    "expand",
    "facts",
    "fingerprint",
    "fit",
    "load",
    "load_text",
    "run_search",
]
