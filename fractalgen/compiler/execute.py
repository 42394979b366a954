"""Runs plans."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fractalgen.compiler.checkpointing import Checkpointing, recompute, segments
from fractalgen.compiler.lean_norm import run_lean_norms
from fractalgen.compiler.schedule import Parts, Plan, Step, Values
from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph

Output = Tensor | tuple[Tensor, ...]


def execute(
    graph: Graph, parts: Parts, what: Plan[Step], inputs: Sequence[Tensor], checkpointing: Checkpointing = "none"
) -> Output:
    """Return the outputs of a plan: one tensor, or a tuple of several.

    Args:
        graph: The network that the plan is of.
        parts: Node -> its module.
        what: What to run.
        inputs: One tensor for each source, `(batch, *shape)`.
        checkpointing: What the backward pass computes again instead of keeping it.

    Raises:
        CompileError: an input does not have the shape or kind that its node has, or not the precision of the weights.
    """
    check_inputs(graph, what.sources, inputs)
    values = dict(zip(what.sources, inputs, strict=True))
    try:
        if checkpointing == "none":
            run_steps(parts, what.steps, values)
        elif checkpointing == "norm":
            run = run_lean_norms if torch.is_grad_enabled() else run_steps
            run(parts, what.steps, values)
        else:
            for segment in segments(graph, what, checkpointing):
                recompute(parts, segment, values, run_steps)
    except RuntimeError as error:
        # Looked at only now: parallel training and autocast let other precisions meet than those that are seen here.
        if "type" in str(error):
            _check_precision(graph, parts, what, inputs)
        raise
    outputs = tuple(values[index] for index in what.outputs)
    return outputs[0] if len(outputs) == 1 else outputs


def check_inputs(graph: Graph, sources: Sequence[int], inputs: Sequence[Tensor]) -> None:
    """Check that there is one tensor for each source, as its node has it.

    Raises:
        CompileError: there is not.
    """
    if len(inputs) != len(sources):
        raise CompileError(f"{len(sources)} inputs are needed, found {len(inputs)}")
    for source, tensor in zip(sources, inputs, strict=True):
        _check(graph, source, tensor)


def run_steps(parts: Parts, steps: Sequence[Step], values: Values) -> None:
    """Run steps in order; `values` gains what they make and loses what nobody reads any more."""
    for step in steps:
        values[step.node] = step.value(parts, values)
        for index in step.done:
            del values[index]


def _check(graph: Graph, source: int, tensor: Tensor) -> None:
    node = graph.nodes[source]
    expected = node.type
    if expected is None:
        raise CompileError(f"{node.path!r} has no type", "Lower what `expand` returns.")
    if not isinstance(tensor, Tensor):
        raise CompileError(f"{_owner(node.path)} takes a tensor, found {type(tensor).__name__}")
    if tensor.dim() == 0 or tuple(tensor.shape[1:]) != expected.shape:
        shape = ", ".join(map(str, expected.shape))
        raise CompileError(f"{_owner(node.path)} takes (batch, {shape}), found {tuple(tensor.shape)}")
    if tensor.is_floating_point() != (expected.dtype == "float"):
        wanted = "floating-point numbers" if expected.dtype == "float" else "whole numbers (tokens)"
        raise CompileError(f"{_owner(node.path)} takes {wanted}, found {_name(tensor.dtype)}")


def _check_precision(graph: Graph, parts: Parts, what: Plan[Step], inputs: Sequence[Tensor]) -> None:
    weights = next((weight for step in what.steps for weight in parts[step.node].parameters()), None)
    for source, tensor in zip(what.sources, inputs, strict=True):
        if weights is not None and tensor.is_floating_point() and tensor.dtype != weights.dtype:
            wanted, owner = _name(weights.dtype), _owner(graph.nodes[source].path)
            raise CompileError(
                f"{owner} takes {wanted}, as its weights are, found {_name(tensor.dtype)}",
                f"Give x.to(torch.{wanted}).",
            )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _owner(path: str) -> str:
    return "the network" if path == "input" else repr(path)
