"""Graph, Leaderboard -> pictures.

`figure` lays a graph out as data, a renderer makes one file format of it, `draw` does both. Nothing here imports torch.
"""

from .compose import figure
from .formats import FORMATS, draw
from .marks import Figure
from .plots import Axis, Point, Series, curves, scatter
from .render_svg import svg

__all__ = ["FORMATS", "Axis", "Figure", "Point", "Series", "curves", "draw", "figure", "scatter", "svg"]
