"""Run the cells of `cells.txt` and write the notebook with what they show: python docs/make_notebook [FILE]."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CELLS = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = {"_repr_svg_": "image/svg+xml", "_repr_html_": "text/html"}


def notebook(text: str) -> dict[str, Any]:
    """Return a text with Python blocks as an executed notebook."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, end = [], 0
    for count, block in enumerate(CELLS.finditer(text), 1):
        cells.append(_markdown(text[end : block.start()]))
        cells.append(_code(block[1].strip(), names, count))
        end = block.end()
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    cells = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells)]
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text.strip())}


def _code(source: str, names: dict[str, Any], count: int) -> dict[str, Any]:
    printed, shown = _run(source, names)
    outputs: list[dict[str, Any]] = []
    if printed:
        outputs.append({"output_type": "stream", "name": "stdout", "text": _lines(printed)})
    if shown is not None:
        outputs.append(
            {"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": _data(shown)}
        )
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": {},
        "source": _lines(source),
        "outputs": outputs,
    }


def _run(source: str, names: dict[str, Any]) -> tuple[str, object]:
    """Run a cell; return what it printed, and the value of its last line where that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    shown = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - the cells are ours
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - the cells are ours
    return printed.getvalue(), shown


def _data(value: object) -> dict[str, list[str]]:
    found = {kind: _lines(getattr(value, name)()) for name, kind in SHOWN.items() if hasattr(value, name)}
    return {**found, "text/plain": [f"<{type(value).__name__}>"]} if found else {"text/plain": [repr(value)]}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


if __name__ == "__main__":
    made = notebook((HERE / "cells.txt").read_text(encoding="utf-8"))
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "notebook.ipynb"
    target.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
