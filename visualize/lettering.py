"""Text without fonts: how wide it will be at most, how to cut it, what a file may hold."""

from __future__ import annotations

import re
import unicodedata

TIMES = "\N{MULTIPLICATION SIGN}"
NARROW = frozenset("fijlrtI.,:;|!'`()[]{}/\\ -·")
WIDE = frozenset("mwMW@%—…")

# Measured on DejaVu Sans, the widest of the fonts that the pictures ask for.
_EM = {"narrow": 0.4, "wide": 0.99, "upper": 0.74, "other": 0.62}
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_width(text: str, size: float) -> float:
    """Return the width of a line in points, rounded up over the fonts that may show it."""
    return size * sum(_em(character) for character in text)


def shorten(text: str, size: float, room: float) -> str:
    """Return `text` on one line, its end replaced by an ellipsis where it does not fit into `room` points."""
    line = " ".join(text.split())
    if len(line) <= 400 and text_width(line, size) <= room:
        return line
    used = size * _em("…")
    for count, character in enumerate(line):
        used += size * _em(character)
        if used > room:
            return line[:count].rstrip() + "…"
    return line


def legible(text: str) -> str:
    """Return `text` without the characters that XML forbids, which no file of ours may hold."""
    return _UNFIT.sub("\ufffd", text)


def escape(text: str) -> str:
    """Return `text` as content or as a quoted attribute of SVG and HTML."""
    clean = legible(text)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        clean = clean.replace(character, entity)
    return clean


def _em(character: str) -> float:
    if character in NARROW:
        return _EM["narrow"]
    if character in WIDE:
        return _EM["wide"]
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" or ord(character) > 0xFFFF:
        return 1.1
    return _EM["upper"] if character.isupper() else _EM["other"]
