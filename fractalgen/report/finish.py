"""What a search leaves for people to open."""

from __future__ import annotations

from pathlib import Path

from fractalgen.passes import expand
from fractalgen.report.write import write_report
from fractalgen.run_files import SPEC
from fractalgen.spec import load
from fractalgen.visualize import draw

PICTURE_FILE = "best.svg"


def finish_search(folder: Path) -> tuple[Path, ...]:
    """Draw the best network of a search and write its report; return the paths to open.

    Raises:
        FractalGenError: the folder is that of no search, or may not be written.
    """
    best = folder / "best"
    spec = best / SPEC
    pictures = (draw(expand(load(spec)), best / PICTURE_FILE),) if spec.exists() else ()
    return (write_report(folder), *pictures)
