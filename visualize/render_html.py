"""Figure -> one HTML page with the picture and the facts; it reads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from .lettering import escape
from .marks import Figure
from .motion import SECONDS
from .render_svg import INK, MUTED, PAPER, svg

_STYLE = f"""
:root {{ color-scheme: light dark; --paper: {PAPER[0]}; --ink: {INK[0]}; --muted: {MUTED[0]}; --rule: #dde2e8; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --paper: {PAPER[1]}; --ink: {INK[1]}; --muted: {MUTED[1]}; --rule: #2c343d; }}
}}
body {{ margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; display: flex; flex-wrap: wrap; gap: 2rem; align-items: flex-start; }}
main {{ flex: 1 1 24rem; min-width: 0; }}
main svg {{ max-width: 100%; height: auto; }}
aside {{ flex: 0 1 24rem; min-width: 0; font-size: .9rem; }}
nav {{ display: flex; gap: .5rem; margin-bottom: .7rem; }}
nav button {{ font: inherit; color: inherit; background: none; border: 1px solid var(--rule); border-radius: .4rem;
  padding: .1rem .8rem; cursor: pointer; }}
table {{ border-collapse: collapse; width: 100%; margin-bottom: 1.5rem; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; }}
th:first-child, td:first-child {{ text-align: left; overflow-wrap: normal; }}
th {{ color: var(--muted); font-weight: 500; }}
"""

_STEPS = f"""
const moves = () => document.getAnimations(), step = {SECONDS * 1000:g};
const count = Number(document.querySelector("nav").dataset.frames);
const go = by => moves().forEach(move => {{
  move.pause();
  const at = Math.floor((move.currentTime % (step * count)) / step);
  move.currentTime = ((at + by + count) % count + .5) * step;
}});
document.querySelector("nav").addEventListener("click", event => {{
  const does = event.target.dataset.does;
  if (does === "next") go(1);
  if (does === "back") go(-1);
  if (does === "play") moves().forEach(move => move.playState === "running" ? move.pause() : move.play());
}});
"""


def render(figure: Figure) -> bytes:
    """Return the page as a file."""
    return html(figure).encode("utf-8")


def html(figure: Figure) -> str:
    """Return the page as text; with several frames, it can be stopped and walked through."""
    title = escape(figure.name or "network")
    buttons, script = _steps(len(figure.frames))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{buttons}{svg(figure)}</main>\n"
        f"<aside>\n{rows_html(figure.facts)}\n{table(figure.table)}\n</aside>\n{script}</body>\n</html>\n"
    )


def _steps(frames: int) -> tuple[str, str]:
    if frames < 2:
        return "", ""
    names = {"back": "Back", "play": "Stop or go on", "next": "Next"}
    buttons = "".join(f'<button type="button" data-does="{does}">{name}</button>' for does, name in names.items())
    return f'<nav data-frames="{frames}">{buttons}</nav>\n', f"<script>{_STEPS}</script>\n"


def rows_html(rows: Sequence[tuple[str, str]]) -> str:
    """Return names and values as an HTML table, a row each."""
    body = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{body}</table>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as an HTML table, the first one as its head; nothing for no rows."""
    if not rows:
        return ""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
