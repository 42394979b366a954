"""Numbers in a picture."""

from __future__ import annotations


def short(value: float) -> str:
    """Return a number in three figures and a unit: `33.7M`."""
    for unit, scale in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= scale:
            scaled = value / scale
            return f"{scaled:.0f}{unit}" if scaled >= 100 else f"{scaled:.3g}{unit}"
    return f"{value:g}"


def layers(count: int) -> str:
    """Return a depth in words."""
    return f"{count:,} layer{'' if count == 1 else 's'}"
