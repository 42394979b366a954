"""Frames -> a style sheet that fades parts of an SVG in turn; no script, so that it also moves as an image.

Parts that fade in the same frames share one rule. What stands in the elements is the first frame.
"""

from __future__ import annotations

from collections.abc import Sequence

from .marks import Frame

SECONDS = 2.0
"""How long one frame is shown."""
FADED = 0.15


class Motion:
    """What each part of a picture needs in order to fade; nothing where no frames are."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._frames = frames
        self._rules: dict[str, str] = {}
        self._boxes = [frame.boxes for frame in frames]
        self._arrows = [frame.arrows for frame in frames]
        for number in range(len(frames)):
            self.caption(number)
        for fading in (self._boxes, self._arrows):
            for number in frozenset().union(*fading):
                self._attributes([number in frame for frame in fading])

    def box(self, number: int) -> str:
        """Return the attributes of a box."""
        return self._attributes([number in frame for frame in self._boxes])

    def arrow(self, number: int) -> str:
        """Return the attributes of an arrow."""
        return self._attributes([number in frame for frame in self._arrows])

    def caption(self, number: int) -> str:
        """Return the attributes of the caption of a frame."""
        return self._attributes([other != number for other in range(len(self._frames))], "c", 0.0)

    def style(self) -> str:
        """Return the rules of all parts, which stand still for readers who ask for that."""
        if not self._rules:
            return ""
        still = "@media (prefers-reduced-motion: reduce) { .fg-moves{animation:none} }"
        return " " + " ".join([*(self._rules[name] for name in sorted(self._rules)), still])

    def _attributes(self, hidden: Sequence[bool], kind: str = "f", least: float = FADED) -> str:
        if not any(hidden):
            return ""
        first = f' opacity="{least:g}"' if hidden[0] else ""
        if all(hidden) or len(hidden) == 1:
            return first
        name = "fg-" + kind + "".join("1" if each else "0" for each in hidden)
        if name not in self._rules:
            self._rules[name] = _rule(name, hidden, least)
        return f' class="fg-moves {name}"{first}'


def _rule(name: str, hidden: Sequence[bool], least: float) -> str:
    step = 100 / len(hidden)
    stops = "".join(f"{index * step:.4g}%{{opacity:{least if each else 1:g}}}" for index, each in enumerate(hidden))
    return f"@keyframes {name}{{{stops}}} .{name}{{animation:{name} {SECONDS * len(hidden):g}s step-end infinite}}"
