"""A `torch.export` program: `torch.export.load(file).module()` runs it, for any batch size."""

from __future__ import annotations

import io
from pathlib import Path

import torch

from fractalgen.atomic import write_bytes
from fractalgen.compiler.exporters._program import FAILURES, first_line, lowered_for_export, program_of, quiet
from fractalgen.compiler.exporters._section import BATCH, answers_of, example_inputs, largest_difference, section_of
from fractalgen.compiler.network import Network
from fractalgen.compiler.section import Section
from fractalgen.errors import ExportError

FORMAT = "torch-export"
TOLERANCE = 0.01
"""Rounding of half precision; a program that computes something else is further off."""


def write(network: Network | Section, path: Path) -> str:
    """Write the program of a network's evaluation; return how far the answers of the file are from its own.

    Raises:
        ExportError: torch cannot export the network, the file cannot be written, or its answers differ.
    """
    section = section_of(network, FORMAT)
    program, data = program_of(section, lowered_for_export(section), FORMAT), io.BytesIO()
    with quiet():
        torch.export.save(program, data)
    try:
        write_bytes(path, data.getvalue())
    except OSError as error:
        raise ExportError(f"{str(path)!r} cannot be written: {error.strerror}") from None
    inputs = example_inputs(section, BATCH + 1)
    try:
        with quiet(), torch.inference_mode():
            found = torch.export.load(io.BytesIO(path.read_bytes())).module()(*inputs)
    except FAILURES as error:
        raise ExportError(f"torch cannot read back {str(path)!r}: {first_line(error)}", "Use a newer torch.") from error
    found = found if isinstance(found, tuple) else (found,)
    difference = largest_difference(found, answers_of(section, inputs))
    if not difference <= TOLERANCE:
        raise ExportError(f"the answers of {str(path)!r} differ from the network's by {difference:.1e}")
    return f"largest difference from the network: {difference:.1e}"
