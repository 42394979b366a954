"""What an export holds: a section, as it evaluates."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fractalgen.compiler.network import Network
from fractalgen.compiler.section import Section
from fractalgen.errors import ExportError
from fractalgen.ir.ops.embedding import Embedding

BATCH = 2
"""Samples of the example that is exported: torch takes a batch of one for a constant."""


def section_of(network: Network | Section, file_format: str) -> Section:
    """Return what to export.

    Raises:
        ExportError: the network trains with drop-path, which a file cannot do.
    """
    if isinstance(network, Section):
        return network
    rates = network.drop_path
    if network.training and (rates.rate > 0 or rates.global_ > 0) and any(n.droppable for n in network.graph.nodes):
        kind = "drop-path for each sample" if rates.per == "sample" else "drop-path"
        raise ExportError(
            f"the network is training with {kind}, and {file_format} holds evaluation alone",
            "Call network.eval() before the export, or export network.column(k).",
        )
    return network.between()


def example_inputs(section: Section, batch: int = BATCH) -> tuple[Tensor, ...]:
    """Return noise for each input of a section: `(batch, *shape)`, or tokens that its embeddings know."""
    weight = next(section.parameters(), torch.empty(0))
    generator = torch.Generator().manual_seed(0)
    found = []
    for source in section.live_plan.sources:
        type_ = section.graph.nodes[source].type
        shape = (batch, *(type_.shape if type_ else ()))
        if type_ is not None and type_.dtype == "int":
            noise = torch.randint(0, tokens_of(section, source), shape, generator=generator)
        else:
            noise = torch.randn(shape, generator=generator).to(weight.dtype)
        found.append(noise.to(weight.device))
    return tuple(found)


def answers_of(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return what a module answers in evaluation, as a tuple."""
    training = [each for each in module.modules() if each.training]
    with torch.inference_mode():
        found = module.eval()(*inputs)
    for each in training:
        each.training = True
    return found if isinstance(found, tuple) else (found,)


def largest_difference(found: tuple[Tensor, ...], expected: tuple[Tensor, ...]) -> float:
    """Return the largest difference between outputs, where they are above 1 in relation to the largest.

    Raises:
        ExportError: the network's own answers are not finite, so that nothing can be compared.
    """
    if not all(torch.isfinite(other).all() for other in expected):
        raise ExportError("the network answers noise with NaN or infinity", "Its weights are damaged; train it again.")
    gaps = [
        (mine.to(other) - other).abs().max() / other.abs().max().clamp(min=1)
        for mine, other in zip(found, expected, strict=True)
    ]
    return float(torch.stack(gaps).max())


def tokens_of(section: Section, source: int) -> int:
    """Return how many tokens all embeddings of an input know."""
    readers = (node.part for node in section.graph.nodes if source in node.inputs)
    return min((part.tokens for part in readers if isinstance(part, Embedding)), default=2)
