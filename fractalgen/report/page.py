"""The frame of every report: head, style, script, and the parts that pages share."""

from __future__ import annotations

from collections.abc import Iterable

from fractalgen.report.look import SCRIPT, STYLE
from fractalgen.visualize.lettering import escape

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""The browser itself refuses whatever would leave the file."""


def page(title: str, subtitle: str, sections: Iterable[str]) -> str:
    """Return a whole page; `sections` are HTML, the rest is text."""
    body = "\n".join(section for section in sections if section)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} · fractalgen</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>{escape(title)}</h1><p class="muted">{escape(subtitle)}</p></header>\n'
        f"{body}\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def section(title: str, content: str, note: str = "") -> str:
    """Return a part of the page under its heading; nothing without content."""
    if not content:
        return ""
    below = f'<p class="muted">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{below}{content}</section>"


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Return headline figures: (what, how much)."""
    cells = (f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in figures)
    return f'<dl class="tiles">{"".join(cells)}</dl>'


def listing(text: str, name: str) -> str:
    """Return a text to read and to copy; nothing when it is empty."""
    if not text:
        return ""
    return (
        f'<figure class="listing"><figcaption>{escape(name)} <button type="button" class="copy">Copy</button>'
        f"</figcaption><pre>{escape(text)}</pre></figure>"
    )


def folded(title: str, content: str) -> str:
    """Return content that opens on a click; nothing without content."""
    if not content:
        return ""
    return f"<details><summary>{escape(title)}</summary>{content}</details>"


def share(value: float | None) -> str:
    """Return an accuracy as per cent, or a dash."""
    return "–" if value is None else f"{value * 100:.2f} %"  # noqa: RUF001 - an en dash stands for no value


def seconds(value: float) -> str:
    """Return a length of time for people."""
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
