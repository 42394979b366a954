"""ONNX by tracing TorchScript, for torch whose other exporter is not ready."""

from __future__ import annotations

import io
from typing import Any

import torch
from torch import fx, nn

from fractalgen.compiler.exporters._program import refusals
from fractalgen.compiler.exporters._section import example_inputs
from fractalgen.compiler.section import Section


def scripted(section: Section, lowered: fx.GraphModule, file_format: str) -> bytes:
    """Return a lowered section as an ONNX file.

    Raises:
        ExportError: ONNX lacks an op; names its node.
    """
    data: Any = io.BytesIO()
    given = [node.name for node in lowered.graph.find_nodes(op="placeholder")]
    returned = [node.name for node in lowered.graph.output_node().all_input_nodes]

    def attempt(module: nn.Module, arguments: tuple[Any, ...]) -> None:
        into: Any = io.BytesIO()
        torch.onnx.export(module, arguments, into, dynamo=False)

    with refusals(section, lowered, file_format, attempt):
        torch.onnx.export(
            lowered,
            example_inputs(section),
            data,
            input_names=given,
            output_names=returned,
            dynamic_axes={name: {0: "batch"} for name in (*given, *returned)},
            dynamo=False,
        )
    content: bytes = data.getvalue()
    return content
