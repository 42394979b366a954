"""Torch modules by the readable paths of nodes."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from fractalgen.ir.graph import Graph, Input


class Group(nn.Module):
    """The modules of one rule call; only a place for names."""


def build_modules(graph: Graph) -> dict[int, nn.Module]:
    """Return a module for each op and join, in the order of the nodes, which fixes how weights are drawn.

    Nodes that share weights have one module.
    """
    modules: dict[int, nn.Module] = {}
    for index, node in enumerate(graph.nodes):
        if not isinstance(node.part, Input):
            owner = graph.owners[index]
            modules[index] = node.part.build(graph.input_types(index)) if owner == index else modules[owner]
    return modules


def register(root: nn.Module, graph: Graph, modules: Mapping[int, nn.Module]) -> None:
    """Make `modules` children of `root` under the paths of the nodes that own them, which state dicts show."""
    owned = {graph.owners[index]: module for index, module in modules.items()}
    for index, module in owned.items():
        node = graph.nodes[index]
        parent = root
        for name in node.scope.path if node.scope else ():
            if name not in dict(parent.named_children()):
                parent.add_module(name, Group())
            parent = parent.get_submodule(name)
        parent.add_module(node.name, module)
