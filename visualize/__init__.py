"""Graph, Leaderboard -> pictures.

`figure` lays a graph out as data, `compare` two of them side by side; a renderer makes one file format of it, and
`draw` does both. `Look` says what to show, and how. Nothing here imports torch.
"""

from .compare import PASSES, before_and_after, compare
from .compose import figure
from .drop_path import KINDS, Batch, draw_batches
from .formats import FORMATS, check_format, draw, write
from .look import COLOURS, LEVELS, Look
from .marks import Figure
from .plots import Axis, Point, Series, curves, scatter
from .render_svg import svg

__all__ = [
    "COLOURS",
    "FORMATS",
    "KINDS",
    "LEVELS",
    "PASSES",
    "Axis",
    "Batch",
    "Figure",
    "Look",
    "Point",
    "Series",
    "before_and_after",
    "check_format",
    "compare",
    "curves",
    "draw",
    "draw_batches",
    "figure",
    "scatter",
    "svg",
    "write",
]
