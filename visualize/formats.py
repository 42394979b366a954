"""Picture formats by the ending of the file; `draw` is the way in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fractalgen.atomic import write_bytes
from fractalgen.errors import ExportError
from fractalgen.ir.graph import Graph
from fractalgen.registry import Registry

from .compose import figure
from .marks import Figure

Renderer = Callable[[Figure], bytes]

FORMATS: Registry[Renderer] = Registry(
    "format",
    {
        "dot": "fractalgen.visualize.render_dot:render",
        "html": "fractalgen.visualize.render_html:render",
        "pdf": "fractalgen.visualize.render_graphviz:pdf",
        "png": "fractalgen.visualize.render_graphviz:png",
        "svg": "fractalgen.visualize.render_svg:render",
    },
)


def draw(graph: Graph, path: Path | str) -> Path:
    """Write the picture of an expanded graph; the ending of `path` names the format.

    Raises:
        UnknownNameError: no format has this ending.
        MissingDependencyError: PNG and PDF need graphviz's program.
        ExportError: the file has no ending, or cannot be written.
    """
    file = Path(path)
    if not file.suffix:
        raise ExportError(f"{str(file)!r} does not say which format it is", f"End it in one of .{', .'.join(FORMATS)}.")
    render = FORMATS.get(file.suffix[1:].lower())
    data = render(figure(graph))
    try:
        write_bytes(file, data)
    except OSError as error:
        raise ExportError(f"{str(file)!r} cannot be written: {error.strerror}", "Give another file.") from None
    return file
