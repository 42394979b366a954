"""Picture formats by the ending of the file; `draw` is the way in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fractalgen.atomic import write_bytes
from fractalgen.errors import ExportError
from fractalgen.ir.graph import Graph
from fractalgen.registry import Registry

from .compose import figure
from .look import PLAIN, Look
from .marks import Figure

Renderer = Callable[[Figure], bytes]

FORMATS: Registry[Renderer] = Registry(
    "format",
    {
        "dot": "fractalgen.visualize.render_dot:render",
        "html": "fractalgen.visualize.render_html:render",
        "mmd": "fractalgen.visualize.render_mermaid:render",
        "pdf": "fractalgen.visualize.render_graphviz:pdf",
        "png": "fractalgen.visualize.render_graphviz:png",
        "svg": "fractalgen.visualize.render_svg:render",
    },
)


def draw(graph: Graph, path: Path | str, look: Look = PLAIN) -> Path:
    """Write the picture of an expanded graph; the ending of `path` names the format.

    Raises:
        UnknownNameError: no format has this ending.
        MissingDependencyError: PNG and PDF need graphviz's program.
        ExportError: the file has no ending, or cannot be written; the graph cannot be drawn as `look` asks.
    """
    check_format(path)
    return write(figure(graph, look), path)


def check_format(path: Path | str) -> None:
    """Check that the ending of a file names a format, before there is anything to write.

    Raises:
        UnknownNameError: no format has this ending.
        ExportError: the file has no ending.
    """
    _renderer(Path(path))


def write(picture: Figure, path: Path | str) -> Path:
    """Write a figure; see `draw`."""
    file = Path(path)
    data = _renderer(file)(picture)
    try:
        write_bytes(file, data)
    except OSError as error:
        raise ExportError(f"{str(file)!r} cannot be written: {error.strerror}", "Give another file.") from None
    return file


def _renderer(file: Path) -> Renderer:
    if not file.suffix:
        raise ExportError(f"{str(file)!r} does not say which format it is", f"End it in one of .{', .'.join(FORMATS)}.")
    return FORMATS.get(file.suffix[1:].lower())
