"""Blocks: which cells belong together, and the ground that they stand on."""

from __future__ import annotations

from collections.abc import Sequence

from .cells import Cell
from .marks import Band, Layout, Rect

ACROSS, ALONG = 10.0, 11.0

Block = tuple[str, ...]


def blocks_of(cells: Sequence[Cell]) -> tuple[Block | None, ...]:
    """Return the block of each cell: the outermost rule call that has a sibling, where it holds several cells."""
    depth = 1
    found = _calls(cells, depth)
    while len(found) == 1:
        depth += 1
        inner = _calls(cells, depth)
        if not inner:
            depth -= 1
            break
        found = inner
    return tuple(cell.scope[:depth] if cell.scope[:depth] in found else None for cell in cells)


def bands_of(layout: Layout, blocks: Sequence[Block | None]) -> tuple[Band, ...]:
    """Return the ground of each block that lies apart from all other boxes and grounds."""
    members: dict[Block, set[int]] = {}
    for number, block in enumerate(blocks):
        if block is not None:
            members.setdefault(block, set()).add(number)
    bands: list[Band] = []
    for block, inside in members.items():
        rect = around([layout.boxes[number].rect for number in inside]).grown(ACROSS, ALONG)
        others = [box.rect for number, box in enumerate(layout.boxes) if number not in inside]
        if not any(rect.overlaps(other) for other in [*others, *(band.rect for band in bands)]):
            bands.append(Band(block, rect))
    return tuple(bands)


def around(rects: Sequence[Rect]) -> Rect:
    """Return the smallest rectangle that holds all of `rects`."""
    left, top = min(rect.x for rect in rects), min(rect.y for rect in rects)
    return Rect(left, top, max(rect.right for rect in rects) - left, max(rect.bottom for rect in rects) - top)


def _calls(cells: Sequence[Cell], depth: int) -> set[Block]:
    counts: dict[Block, int] = {}
    for cell in cells:
        if len(cell.scope) >= depth:
            counts[cell.scope[:depth]] = counts.get(cell.scope[:depth], 0) + 1
    return {scope for scope, count in counts.items() if count > 1}
