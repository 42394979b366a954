"""Pieces of Markdown pages."""

from __future__ import annotations

import json

NOTICE = "*Made from the code by `make reference`; a test keeps it current.*"
HOLES = "Every value can also be a hole, and in a network or rule a formula."


def page(title: str, lead: str, *sections: list[str]) -> str:
    """Return a page: title, lead, notice, sections."""
    lines = [f"# {title}", "", lead, "", NOTICE, "", *(line for section in sections for line in section)]
    return "\n".join(lines).rstrip() + "\n"


def contents(names: list[str]) -> list[str]:
    """Return links to the sections of a page."""
    return [" · ".join(f"[{name}](#{name})" for name in names), ""]


def network(body: object, input_: str) -> list[str]:
    """Return a whole spec around an expression."""
    return ["```yaml", f"network: {{input: {input_}, body: {flow(body)}}}", "```", ""]


def markdown_table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Return a table in Markdown."""
    lines = [headings, ("---",) * len(headings), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def code(value: object) -> str:
    """Return a value as YAML in one line, as code."""
    return f"`{flow(value)}`"


def flow(value: object) -> str:
    """Return plain data as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return value if value.replace("_", "").replace("$", "").isalnum() else json.dumps(value)
    return json.dumps(value)
