"""What values show of themselves in a notebook.

A value is drawn by a stage after its own, which its own does not import: this table names what draws it, and that is
loaded when a notebook asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fractalgen.registry import Registry

VIEWS: Registry[Callable[[Any], str]] = Registry(
    "view",
    {
        "facts": "fractalgen.visualize.notebook:facts_html",
        "graph": "fractalgen.visualize.notebook:graph_svg",
        "leaderboard": "fractalgen.visualize.notebook:leaderboard_html",
        "spec": "fractalgen.visualize.notebook:spec_svg",
    },
)


def view(name: str, value: object) -> str:
    """Return a value as SVG or HTML, by its entry in `VIEWS`."""
    return VIEWS.get(name)(value)
