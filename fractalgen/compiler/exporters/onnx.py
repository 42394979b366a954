"""ONNX, for any batch size; the model is checked before it is written.

torch has two exporters. The one that goes through `torch.export` is used since it is torch's default; before, the one
that traces TorchScript is, as the other then did not go together with the onnxscript of today.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fractalgen.atomic import write_bytes
from fractalgen.compiler.exporters._program import first_line, lowered_for_export, program_of, refusals
from fractalgen.compiler.exporters._scripted import scripted
from fractalgen.compiler.exporters._section import BATCH, answers_of, example_inputs, largest_difference, section_of
from fractalgen.compiler.network import Network
from fractalgen.compiler.section import Section
from fractalgen.errors import ExportError, MissingDependencyError

FORMAT = "onnx"
TOLERANCE = 1e-4
TOLERANCE_HALF = 4 * torch.finfo(torch.float16).eps
PROGRAMS_SINCE = "2.9"
"""The release of torch whose default exporter goes through `torch.export`."""

_NEEDED = ("onnx", "onnxscript")


def write(network: Network | Section, path: Path) -> str:
    """Write a network's evaluation as an ONNX model; return how far the answers of onnxruntime are from its own.

    Raises:
        ExportError: ONNX has no such op, the file cannot be written, onnxruntime cannot run it, or its answers differ
            by more than 1e-4, or four roundings of float16.
        MissingDependencyError: onnx or onnxscript is not installed.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingDependencyError(
            f"{' and '.join(missing)} is not installed", "Install it with: pip install 'fractalgen[onnx]'"
        )
    section = section_of(network, FORMAT)
    model = _model(section)
    told = _check(section, model)
    try:
        write_bytes(path, model)
    except OSError as error:
        raise ExportError(f"{str(path)!r} cannot be written: {error.strerror}") from None
    return told


def _model(section: Section) -> bytes:
    """Return the file's content."""
    lowered = lowered_for_export(section)
    if torch.__version__ < PROGRAMS_SINCE:
        return scripted(section, lowered, FORMAT)
    program = program_of(section, lowered, FORMAT)

    def attempt(module: nn.Module, arguments: tuple[Any, ...]) -> object:
        return torch.onnx.export(torch.export.export(module, arguments, strict=False), dynamo=True, verbose=False)

    with refusals(section, lowered, FORMAT, attempt):
        exported: Any = torch.onnx.export(program, dynamo=True, verbose=False)
    model = exported.model_proto
    _name_batch(model.graph)
    content: bytes = model.SerializeToString()
    return content


def _name_batch(graph: Any) -> None:
    """Call the first size of what goes in and out by its name; torch has a number for it."""
    symbol = graph.input[0].type.tensor_type.shape.dim[0].dim_param
    for value in (*graph.input, *graph.output, *graph.value_info):
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param == symbol:
                size.dim_param = "batch"


def _check(section: Section, model: bytes) -> str:
    import onnx

    with _refused("onnx"):
        onnx.checker.check_model(model, full_check=True)
    if find_spec("onnxruntime") is None:
        return "checked by onnx; without onnxruntime its answers were not compared"
    inputs = example_inputs(section, BATCH + 1)
    with _refused("onnxruntime"):
        answers = _answers(model, inputs)
    difference = largest_difference(answers, answers_of(section, inputs))
    half = any(answer.dtype == torch.float16 for answer in answers)
    if not difference <= (TOLERANCE_HALF if half else TOLERANCE):
        raise ExportError(
            f"the answers of the model in onnxruntime differ from the network's by {difference:.1e}",
            "No file was written; export to torch-export or python.",
        )
    return f"largest difference from the network in onnxruntime: {difference:.1e}"


@contextmanager
def _refused(by: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # what onnx and onnxruntime raise has no other class in common
        raise ExportError(
            f"{by} cannot use the model: {first_line(error)}", "Export a network in float32 or float16."
        ) from error


def _answers(model: bytes, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]
    given = {name: tensor.cpu().numpy() for name, tensor in zip(names, inputs, strict=True)}
    return tuple(torch.from_numpy(array) for array in session.run(None, given))
