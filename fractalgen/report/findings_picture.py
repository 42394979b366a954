"""Findings of an analysis -> their picture."""

from __future__ import annotations

import math

from fractalgen.analyses import Line, Plot
from fractalgen.visualize import Axis
from fractalgen.visualize.tracks import Stop, Track, tracks


def picture(plot: Plot) -> str:
    """Return the picture of findings as SVG; values that are not finite are left out."""
    found = [track for line in plot.lines if (track := _track(line, log=plot.log)).stops]
    return tracks(found, Axis(plot.x), Axis(plot.y, log=plot.log))


def _track(line: Line, *, log: bool) -> Track:
    shown = (Stop(x, y, name) for x, y, name in line.points if math.isfinite(y) and (y > 0 or not log))
    return Track(line.name, tuple(shown))
