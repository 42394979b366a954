"""What a residual bus makes of a signal that only flows through its streams (Xie et al., arXiv 2512.24880)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.analyses._base import Analysis
from fractalgen.analyses.findings import Findings, Line, Plot
from fractalgen.errors import CompileError
from fractalgen.ir.buses.streams import OpenBus, WriteStreams
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.joins import Join
from fractalgen.ir.parts import field

if TYPE_CHECKING:
    from torch import Tensor

    from fractalgen.analyses.subject import Subject
    from fractalgen.compiler import Network

ROWS, COLUMNS = "forward", "backward"


@dataclass(frozen=True)
class GainRow:
    """The product of the mixing matrices from the opening of the bus to one site.

    Attributes:
        site: The path of its weights.
        depth: Its number in the order of execution, from 1.
        forward: Largest sum of absolute values in a row: how much a signal can grow on its way to the site.
        backward: Largest sum in a column: how much a gradient can grow on its way back.
        mean_forward: The mean over samples and positions of the largest row sum of each.
        mean_backward: The same of column sums.
    """

    site: str
    depth: int
    forward: float
    backward: float
    mean_forward: float
    mean_backward: float


@dataclass(frozen=True)
class Gain(Analysis):
    """Composite gain of a residual bus: row and column sums of the product of its mixing matrices."""

    samples: int = field(64, minimum=1)
    """Validation samples, at most; what the sites mix may depend on them."""

    def run(self, subject: Subject) -> Findings:
        """Return the gain of each site.

        Raises:
            CompileError: the network has no site, or a join of streams that is no linear map.
        """
        import torch

        network = subject.network
        weights = _weights(network.graph)
        section = network.between(ends=[network.graph.nodes[index].path for index in weights])
        tallies = [_Tally() for _ in weights]
        with torch.inference_mode():
            for inputs, _ in subject.batches("validation", self.samples):
                values = section(inputs)
                found = dict(zip(weights, values if isinstance(values, tuple) else (values,), strict=True))
                for tally, product in zip(tallies, _products(network, found), strict=True):
                    tally.add(product)
        rows = tuple(
            GainRow(network.graph.nodes[index].path, number, *tally.figures())
            for number, (index, tally) in enumerate(zip(weights, tallies, strict=True), 1)
        )
        figures = {
            "sites": len(rows),
            "largest_forward": max(row.forward for row in rows),
            "largest_backward": max(row.backward for row in rows),
        }
        return Findings(rows, _plot(rows), figures)


class _Tally:
    """Largest row and column sums over batches."""

    def __init__(self) -> None:
        self._largest = [0.0, 0.0]
        self._totals = [0.0, 0.0]
        self._count = 0

    def add(self, product: Tensor) -> None:
        """Count matrices, `(..., streams, streams)`."""
        size = product.double().abs()
        for place, axis in enumerate((-1, -2)):
            sums = size.sum(axis).amax(-1)
            self._largest[place] = max(self._largest[place], float(sums.max()))
            self._totals[place] += float(sums.sum())
        self._count += sums.numel()

    def figures(self) -> tuple[float, float, float, float]:
        """Return largest and mean sums: of rows, of columns, mean of rows, mean of columns."""
        forward, backward = self._largest
        return forward, backward, self._totals[0] / self._count, self._totals[1] / self._count


def _weights(graph: Graph) -> tuple[int, ...]:
    """Return the node of each site's weights, in the order of execution."""
    found = tuple(node.inputs[1] for node in graph.nodes if isinstance(node.part, WriteStreams))
    if not found:
        raise CompileError("the network has no site of a residual bus", "Give one with `residual_bus` and `site`.")
    for node in graph.nodes:
        if _merges_streams(node) and not (isinstance(node.part, Join) and node.part.linear):
            raise CompileError(f"{node.path!r} merges streams by {node.kind}, which no matrix does", "Join by mean.")
    return found


def _merges_streams(node: Node) -> bool:
    """Whether a node takes streams to streams and is no part of a bus."""
    streams = node.type is not None and node.type.streams is not None
    return streams and not isinstance(node.part, Input | OpenBus | WriteStreams)


def _products(network: Network, weights: dict[int, Tensor]) -> Iterator[Tensor]:
    """Yield for each site the matrix that takes the streams at the opening of its bus to those behind it."""
    import torch

    held: dict[int, Tensor] = {}
    for index, node in enumerate(network.graph.nodes):
        if isinstance(node.part, OpenBus):
            held[index] = torch.eye(node.part.streams, dtype=torch.float64, device=next(iter(weights.values())).device)
        elif isinstance(node.part, WriteStreams):
            state, site, _ = node.inputs
            held[index] = _mixing(network.graph.nodes[state], weights[site]) @ held[state]
            yield held[index]
        elif _merges_streams(node):
            # What else takes streams to streams are joins, which weigh all streams alike.
            held[index] = network.get_submodule(node.path)([held[s] for s in node.inputs], range(len(node.inputs)))


def _mixing(state: Node, weights: Tensor) -> Tensor:
    """Return the matrices whose rows are the new streams, `(batch, ..., streams, streams)`."""
    streams = 1 if state.type is None or state.type.streams is None else state.type.streams
    if weights.ndim == 4:  # images have their channels in front
        weights = weights.movedim(1, -1)
    matrix = weights.double().reshape(*weights.shape[:-1], streams, streams + 2)
    return matrix[..., 2:].mT


def _plot(rows: tuple[GainRow, ...]) -> Plot:
    lines = (
        Line(ROWS, tuple((float(row.depth), row.forward, row.site) for row in rows)),
        Line(COLUMNS, tuple((float(row.depth), row.backward, row.site) for row in rows)),
    )
    return Plot("sites from the opening of the bus", "largest sum of the product", lines, log=True)
