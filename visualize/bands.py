"""Blocks: which boxes stand on one ground."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .marks import Band, Box, Layout, Rect

ACROSS, ALONG = 10.0, 11.0


def bands_of(layout: Layout) -> tuple[Band, ...]:
    """Return the grounds of the outermost rule calls that hold several boxes, where they lie apart from all others."""
    boxes = [box for box in layout.boxes if box.cell.nodes]
    found = _blocks(boxes, 1)
    while len(found) == 1:
        inner = _blocks(boxes, len(next(iter(found))) + 1)
        if not inner:
            break
        found = inner
    bands = []
    for scope, members in found.items():
        rect = _ground([box.rect for box in members])
        inside = {id(box) for box in members}
        if not any(rect.overlaps(box.rect) for box in layout.boxes if id(box) not in inside):
            bands.append(Band(scope, rect))
    return tuple(_apart(bands))


def _blocks(boxes: Sequence[Box], depth: int) -> dict[tuple[str, ...], list[Box]]:
    found: dict[tuple[str, ...], list[Box]] = {}
    for box in boxes:
        if len(box.cell.scope) >= depth:
            found.setdefault(box.cell.scope[:depth], []).append(box)
    return {scope: members for scope, members in found.items() if len(members) > 1}


def _ground(rects: Sequence[Rect]) -> Rect:
    left, top = min(rect.x for rect in rects), min(rect.y for rect in rects)
    right, bottom = max(rect.right for rect in rects), max(rect.bottom for rect in rects)
    return Rect(left, top, right - left, bottom - top).grown(ACROSS, ALONG)


def _apart(bands: Iterable[Band]) -> list[Band]:
    kept: list[Band] = []
    for band in bands:
        if not any(band.rect.overlaps(other.rect) for other in kept):
            kept.append(band)
    return kept
