"""What a picture is made of, as data: renderers only write it down, and tests read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from fractalgen.ir.graph import Interval

from .cells import Cell, Link
from .families import FAMILIES, Paint

Point = tuple[float, float]
Ink = Literal["ink", "muted"]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in points; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Its vertical centre line."""
        return self.x + self.width / 2

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share an area."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def moved(self, right: float, down: float) -> Rect:
        """Return it elsewhere."""
        return Rect(self.x + right, self.y + down, self.width, self.height)

    def grown(self, across: float, along: float) -> Rect:
        """Return it with a margin left and right, and one above and below."""
        return Rect(self.x - across, self.y - along, self.width + 2 * across, self.height + 2 * along)


@dataclass(frozen=True, slots=True)
class Box:
    """A cell in its place; a join is a flat bar.

    Attributes:
        cell: What it stands for.
        rect: Where it is.
        columns: The network columns that run it, counted from 0; None in a layered layout.
        paint: The name of its colour; that of its family when empty.
    """

    cell: Cell
    rect: Rect
    columns: Interval | None = None
    paint: str = ""

    @property
    def colour(self) -> str:
        """The name of its colour."""
        return self.paint or self.cell.family


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link with its way: points from the lower edge of one box to the upper edge of another."""

    link: Link
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The strip of one network column, counted from 1 for the shallowest."""

    index: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Band:
    """A block: the ground behind all boxes of one rule call."""

    scope: tuple[str, ...]
    rect: Rect


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text around the drawing; `x` is where its anchor stands, `y` its base line."""

    x: float
    y: float
    text: str
    size: float = 12
    anchor: Literal["start", "middle", "end"] = "start"
    ink: Ink = "ink"
    bold: bool = False

    def moved(self, right: float, down: float) -> Text:
        """Return it elsewhere."""
        return replace(self, x=self.x + right, y=self.y + down)


@dataclass(frozen=True, slots=True)
class Swatch:
    """A patch of the legend, in the colour `paint`."""

    paint: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of a picture that moves: what fades while its caption is shown.

    Attributes:
        caption: What it shows.
        boxes: Numbers of the boxes that fade.
        arrows: Numbers of the arrows that fade.
    """

    caption: Text
    boxes: frozenset[int]
    arrows: frozenset[int]


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes and arrows before anything is written around them."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    columns: tuple[Column, ...] = ()

    @property
    def bounds(self) -> Rect:
        """The smallest rectangle around all boxes and arrows."""
        xs = [x for arrow in self.arrows for x, _ in arrow.points]
        left = min([box.rect.x for box in self.boxes] + xs)
        right = max([box.rect.right for box in self.boxes] + xs)
        top = min(box.rect.y for box in self.boxes)
        return Rect(left, top, right - left, max(box.rect.bottom for box in self.boxes) - top)

    def moved(self, right: float, down: float) -> Layout:
        """Return it elsewhere."""
        return Layout(
            tuple(replace(box, rect=box.rect.moved(right, down)) for box in self.boxes),
            tuple(
                replace(arrow, points=tuple((x + right, y + down) for x, y in arrow.points)) for arrow in self.arrows
            ),
            tuple(replace(column, x=column.x + right) for column in self.columns),
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A whole picture.

    Attributes:
        name: The network's name.
        width: In points.
        height: In points.
        layout: Boxes, arrows and columns in their places.
        bands: Blocks.
        texts: Titles, headings and labels around the drawing.
        legend: What the colours mean.
        facts: Figures of the network for people: (what, how much).
        table: Figures of each column: one row a column, the first row holds the headings; empty for one column.
        paints: Name -> how boxes of that colour look.
        frames: The steps of a picture that moves; one alone stands still.
    """

    name: str
    width: float
    height: float
    layout: Layout
    bands: tuple[Band, ...] = ()
    texts: tuple[Text, ...] = ()
    legend: tuple[Swatch, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    paints: Mapping[str, Paint] = field(default_factory=lambda: FAMILIES)
    frames: tuple[Frame, ...] = ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Every box and bar."""
        return self.layout.boxes

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        """Every arrow."""
        return self.layout.arrows

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns from left to right; empty in a layered layout."""
        return self.layout.columns

    def _repr_svg_(self) -> str:
        from .render_svg import svg

        return svg(self)
