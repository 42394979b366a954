"""A folder with a spec and weights -> the network."""

from __future__ import annotations

from pathlib import Path

from fractalgen.compiler.exporters.safetensors import read
from fractalgen.compiler.network import Network, compile_graph
from fractalgen.errors import ExportError
from fractalgen.passes import expand
from fractalgen.run_files import SPEC, WEIGHTS
from fractalgen.spec import Spec, load


def saved_folder(folder: Path) -> Path:
    """Return where the network of a run lies: the folder of a training run, or `best/` of a search.

    Raises:
        ExportError: there is none.
    """
    for place in (folder, folder / "best"):
        if (place / SPEC).exists() and (place / WEIGHTS).exists():
            return place
    raise ExportError(
        f"{str(folder)!r} holds no trained network", f"Give the folder of a run: it has {SPEC} and {WEIGHTS}."
    )


def check_target(folder: Path, target: Path) -> None:
    """Check that a file to be written replaces no folder or device, and none of the files that a run is made of.

    Raises:
        ExportError: it does.
    """
    if target.exists() and not target.is_file():
        raise ExportError(f"{str(target)!r} is no file that can be replaced", "Give the name of a file.")
    place = target.resolve()
    inside = place.parent in (folder.resolve(), (folder / "best").resolve())
    if target.exists() and (inside or place.is_relative_to((folder / "trials").resolve())):
        raise ExportError(f"{str(target)!r} belongs to the run", "Give another file.")


def load_saved(folder: Path) -> tuple[Spec, Network]:
    """Return the spec and the network of a run, with its weights, ready to evaluate.

    Raises:
        ExportError: there is none, or the weights are not those of the spec.
    """
    place = saved_folder(folder)
    spec = load(place / SPEC)
    network = compile_graph(expand(spec), spec.drop_path)
    read(network, place / WEIGHTS)
    return spec, network.eval()
