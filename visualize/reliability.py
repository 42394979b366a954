"""Accuracy by confidence -> an SVG plot (the reliability diagram of Guo and others, arXiv 1706.04599, figure 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .plots import BOTTOM, HEIGHT, HUES, LEFT, RIGHT, TOP, WIDTH, Axis, Scale, label, plot, scale_of
from .render_svg import LINE, number

_PALEST = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """The answers of one interval of confidence.

    Attributes:
        low: Where it begins.
        high: Where it ends.
        count: How many answers there are.
        accuracy: Share of them that is right.
    """

    low: float
    high: float
    count: int
    accuracy: float


def reliability(bars: Sequence[Bar]) -> str:
    """Return an SVG plot in which the bars of a network that is right as often as it says end on the dashed line.

    The more answers a bar stands for, the stronger its colour.
    """
    across = scale_of(Axis("confidence"), [0.0, 1.0], LEFT, WIDTH - RIGHT, margin=0.0)
    upwards = scale_of(Axis("accuracy"), [0.0, 1.0], HEIGHT - BOTTOM, TOP, margin=0.0)
    return plot(
        "accuracy over confidence", across, upwards, [*_bars(bars, across, upwards), _diagonal(across, upwards)]
    )


def _bars(bars: Sequence[Bar], across: Scale, upwards: Scale) -> Iterator[str]:
    most = max((bar.count for bar in bars), default=1)
    for bar in bars:
        if not bar.count:
            continue
        left, right, top = across.at(bar.low) + 1, across.at(bar.high) - 1, upwards.at(bar.accuracy)
        strength = _PALEST + (1 - _PALEST) * bar.count / most
        title = f"{bar.count:,} answers, {100 * bar.accuracy:.1f} % of them right"
        yield (
            f'<g><title>{title}</title><rect fill="{HUES[0]}" fill-opacity="{strength:.3f}" x="{number(left)}" '
            f'y="{number(top)}" width="{number(right - left)}" height="{number(upwards.start - top)}"/></g>'
        )
        if right - left >= 30:
            yield label((left + right) / 2, max(top - 5, TOP + 10), f"{bar.count:,}", "middle")


def _diagonal(across: Scale, upwards: Scale) -> str:
    way = f"M{number(across.start)} {number(upwards.start)}L{number(across.end)} {number(upwards.end)}"
    return f'<path fill="none" stroke="{LINE[0]}" stroke-width="1.6" stroke-dasharray="5 4" d="{way}"/>'
