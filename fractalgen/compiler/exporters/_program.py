"""A section as a `torch.export` program: batch norms folded, any batch size."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

import torch
from torch import fx, nn
from torch.export import Dim, ExportedProgram

from fractalgen.compiler.exporters._section import example_inputs
from fractalgen.compiler.section import Section
from fractalgen.compiler.static import LoweringOptions, lower
from fractalgen.errors import ExportError

FAILURES = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What torch raises for a module that it cannot export; its own errors are RuntimeErrors."""

MOST = 2**30
"""The largest batch: some torch fails to prove that a batch is not infinite."""

Attempt = Callable[[nn.Module, tuple[Any, ...]], object]


def lowered_for_export(section: Section) -> fx.GraphModule:
    """Return a section as plain code; what is fast here need not be where the file will run."""
    return lower(section, LoweringOptions(merge="never", inplace=False))


def program_of(section: Section, lowered: fx.GraphModule, file_format: str) -> ExportedProgram:
    """Return a lowered section as a program.

    Raises:
        ExportError: torch cannot export it; names the node, if it is the fault of one.
    """
    inputs, batch = example_inputs(section), Dim("batch", max=MOST)
    shapes = tuple({0: batch} for _ in inputs)

    def attempt(module: nn.Module, arguments: tuple[Any, ...]) -> ExportedProgram:
        dynamic = shapes if module is lowered else None
        return torch.export.export(module, arguments, dynamic_shapes=dynamic, strict=False)

    with refusals(section, lowered, file_format, attempt):
        return attempt(lowered, inputs)


@contextmanager
def refusals(section: Section, lowered: fx.GraphModule, file_format: str, attempt: Attempt) -> Iterator[None]:
    """Turn a failure of torch into an error that names the node which fails alone, too."""
    try:
        with quiet():
            yield
    except FAILURES as error:
        with quiet(), torch.no_grad():
            _Blame(section, lowered, file_format, attempt).run(*example_inputs(section))
        raise ExportError(f"{file_format} cannot hold the network: {first_line(error)}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what torch's exporters warn of inside torch, and the graphs that they print when they fail."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


class _Blame(fx.Interpreter):
    """Runs a lowered section and exports each module alone."""

    def __init__(self, section: Section, lowered: fx.GraphModule, file_format: str, attempt: Attempt) -> None:
        super().__init__(lowered)
        self._section = section
        self._format = file_format
        self._attempt = attempt
        self._known: set[str] = set()

    def run_node(self, n: fx.Node) -> Any:
        """Run a node, after an attempt to export the module that it calls."""
        if n.op == "call_module" and str(n.target) not in self._known:
            self._known.add(str(n.target))
            arguments, _ = self.fetch_args_kwargs_from_env(n)
            try:
                self._attempt(self.fetch_attr(str(n.target)), tuple(arguments))
            except FAILURES as error:
                raise self._error(n, error) from error
        return super().run_node(n)

    def _error(self, n: fx.Node, error: Exception) -> ExportError:
        node = self._section.graph.nodes[n.meta["node"]]
        return ExportError(
            f"{node.kind!r} at {node.path} cannot be written as {self._format}: {first_line(error)}",
            "Mend its module, or export to python or safetensors.",
            node.place,
        )


def first_line(error: Exception) -> str:
    """Return the first line of what an error began with."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return (lines[0] if lines else type(cause).__name__).rstrip(".")
