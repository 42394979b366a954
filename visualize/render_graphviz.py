"""Figure -> PNG and PDF, through graphviz's `neato` program."""

from __future__ import annotations

from typing import Literal

import graphviz

from fractalgen.errors import ExportError, MissingDependencyError

from .marks import Figure
from .render_dot import dot


def png(figure: Figure) -> bytes:
    """Return the picture as a PNG file.

    Raises:
        MissingDependencyError: the program `neato` is not installed.
    """
    return _run(figure, "png")


def pdf(figure: Figure) -> bytes:
    """Return the picture as a PDF file.

    Raises:
        MissingDependencyError: the program `neato` is not installed.
    """
    return _run(figure, "pdf")


def _run(figure: Figure, file_format: Literal["png", "pdf"]) -> bytes:
    text = dot(figure)
    if file_format == "png":
        text = text.replace("digraph {", f"digraph {{\n\tgraph [dpi={_dots(figure)}]", 1)
    try:
        source = graphviz.Source(text, engine="neato")
        return bytes(source.pipe(format=file_format, neato_no_op=2, quiet=True))
    except graphviz.ExecutableNotFound:
        raise MissingDependencyError(
            f"a {file_format} picture needs the program 'neato' of graphviz, which is not installed",
            "Install it with `apt-get install graphviz` or `brew install graphviz`, or draw an .svg.",
        ) from None
    except graphviz.CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace").strip().splitlines()
        raise ExportError(f"graphviz cannot draw this picture: {said[0] if said else error}") from None


def _dots(figure: Figure) -> int:
    """Return the dots an inch: twice a screen's, less where cairo could not hold so many pixels."""
    return max(24, int(min(144, 72 * 16_000 / max(figure.width, figure.height))))
