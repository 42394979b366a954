"""What a picture shows, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from .drop_path import Batch

Level = Literal["rules", "ops", "collapsed"]
LEVELS: tuple[Level, ...] = get_args(Level)
Colour = Literal["op", "column", "parameters", "macs", "time"]
COLOURS: tuple[Colour, ...] = get_args(Colour)
MOST_BOXES = 400


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture shows, and how.

    Attributes:
        level: `rules` shows the outermost rule calls, as they were written; `ops` every op with weights; `collapsed` as
            much as fits, and of a large network its rule calls.
        colour: What the colour of a box tells.
        seconds: For the colour `time`, how long each node runs.
        batches: Mini-batches of drop-path; with several, the picture walks through them.
        most_boxes: How many boxes fit at the level `collapsed`.
        with_facts: Whether figures of the network are written beside it.
    """

    level: Level = "collapsed"
    colour: Colour = "op"
    seconds: Mapping[int, float] = field(default_factory=dict)
    batches: tuple[Batch, ...] = ()
    most_boxes: int = MOST_BOXES
    with_facts: bool = True


PLAIN = Look()
"""A picture of which nothing was asked."""
