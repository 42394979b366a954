"""Torch modules by the readable paths of nodes."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from fractalgen.ir.graph import Graph, Input


class Group(nn.Module):
    """The modules of one rule call; only a place for names."""


def build_modules(graph: Graph) -> dict[int, nn.Module]:
    """Return a new module for each op and join, in the order of the nodes, which fixes how weights are drawn."""
    return {
        index: node.part.build(graph.input_types(index))
        for index, node in enumerate(graph.nodes)
        if not isinstance(node.part, Input)
    }


def register(root: nn.Module, graph: Graph, modules: Mapping[int, nn.Module]) -> None:
    """Make `modules` children of `root` under their nodes' paths, so that state dicts have readable names."""
    for index, module in modules.items():
        node = graph.nodes[index]
        parent = root
        for name in node.scope.path if node.scope else ():
            if name not in dict(parent.named_children()):
                parent.add_module(name, Group())
            parent = parent.get_submodule(name)
        parent.add_module(node.name, module)
