"""Regrets -> the picture of the page."""

from __future__ import annotations

from fractalgen.visualize import Axis, Series, curves

from .figures import Regrets

LEAST = 1e-4
"""Where a logarithmic axis ends: less than one image of the validation set."""


def picture(regrets: Regrets) -> str:
    """Return the median regrets over trials as an SVG."""
    series = [
        Series(name, tuple(max(LEAST, place.median) for place in curve)) for name, curve in regrets.validation.items()
    ]
    return curves(series, Axis("trials"), Axis("median regret of the validation accuracy", log=True))
