"""The frame of every report: head, style, scripts, and the parts that pages share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fractalgen.report.look import STYLE
from fractalgen.report.script import TABLES
from fractalgen.visualize.lettering import escape, legible

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"
"""The browser itself refuses whatever would leave the file."""


def page(
    title: str, subtitle: str, sections: Iterable[str], scripts: Iterable[str] = (), refresh: int | None = None
) -> str:
    """Return a whole page; `sections` are HTML, `scripts` are JavaScript, the rest is text.

    Args:
        title: The heading.
        subtitle: What stands below it.
        sections: Parts of the page, in order; empty ones are left out.
        scripts: What runs after the tables' own script.
        refresh: Seconds after which a browser reads the file again.
    """
    body = "\n".join(section for section in sections if section)
    again = "" if refresh is None else f'<meta http-equiv="refresh" content="{refresh}">\n'
    code = "\n".join(f"<script>{script}</script>" for script in (TABLES, *scripts))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{again}'
        f"<title>{escape(title)} · fractalgen</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>{escape(title)}</h1><p class="muted">{escape(subtitle)}</p></header>\n'
        f"{body}\n{code}\n</body>\n</html>\n"
    )


def section(title: str, content: str, note: str = "") -> str:
    """Return a part of the page under its heading; nothing without content."""
    if not content:
        return ""
    below = f'<p class="muted">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{below}{content}</section>"


def side_by_side(*sections: str) -> str:
    """Return parts of the page next to each other where there is room; nothing without content."""
    return f'<div class="pair">{"".join(sections)}</div>' if any(sections) else ""


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Return headline figures: (what, how much)."""
    cells = (f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in figures)
    return f'<dl class="tiles">{"".join(cells)}</dl>'


def listing(text: str, name: str) -> str:
    """Return a text to read and to copy; nothing when it is empty."""
    return frame(text, name) if text else ""


def frame(text: str, name: str) -> str:
    """Return a place for a text to read and to copy."""
    return (
        f'<figure class="listing"><figcaption>{escape(name)} <button type="button" class="copy">Copy</button>'
        f"</figcaption><pre>{escape(text)}</pre></figure>"
    )


def folded(title: str, content: str) -> str:
    """Return content that opens on a click; nothing without content."""
    if not content:
        return ""
    return f"<details><summary>{escape(title)}</summary>{content}</details>"


def data(name: str, value: Any) -> str:
    """Return plain data for scripts, under the id `name`; no text in it can end the element."""
    text = legible(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="{escape(name)}">{text}</script>'


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
