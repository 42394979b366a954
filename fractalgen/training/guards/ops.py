"""Every op that is declared is in the network, and runs."""

from __future__ import annotations

from collections import Counter

import torch
from torch import Tensor, nn

from fractalgen.compiler import Network
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.parts import Op
from fractalgen.training.modes import evaluating


def missing_ops(declared: Graph, network: nn.Module, images: Tensor) -> tuple[str, ...]:
    """Return what `declared` has and an evaluation pass of the network over `images` does not run, a phrase each.

    Nodes of the network's own graph are looked for one by one. Of a graph that was not simplified yet, each kind of op
    must be left; those that change nothing need not. A network without a graph declares nothing.
    """
    if not isinstance(network, Network):
        return ()
    ran = _runs(network, images)
    needed = Counter(network.graph.owners[index] for index, node in enumerate(network.graph.nodes) if _works(node))
    nodes = network.graph.nodes
    silent = [f"{nodes[i].kind} at {nodes[i].path}" for i, count in needed.items() if ran[nodes[i].path] < count]
    left = {node.kind for node in nodes}
    gone = {node.kind: None for node in declared.nodes if _works(node) and node.kind not in left}
    return (*silent, *gone)


def _runs(network: Network, images: Tensor) -> Counter[str]:
    """Return how often each module ran, by its name."""
    counts: Counter[str] = Counter()
    handles = [
        module.register_forward_hook(lambda *_, name=name: counts.update([name]))
        for name, module in network.named_modules(remove_duplicate=False)
    ]
    try:
        with evaluating(network), torch.no_grad():
            network(images)
    finally:
        for handle in handles:
            handle.remove()
    return counts


def _works(node: Node) -> bool:
    """Whether a node does something that no simplification takes away."""
    if isinstance(node.part, Input):
        return False
    return not node.part.is_noop if isinstance(node.part, Op) else len(node.inputs) > 1
