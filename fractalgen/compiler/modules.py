"""Torch modules by the readable paths of nodes."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph, Input


class Group(nn.Module):
    """The modules of one rule call; only a place for names."""


def build_modules(graph: Graph) -> dict[int, nn.Module]:
    """Return a module for each op and join, in the order of the nodes, which fixes how weights are drawn.

    Nodes that share weights have one module.

    Raises:
        CompileError: an op or join that cannot be built; names the node by the rule calls that made it.
    """
    modules: dict[int, nn.Module] = {}
    for index, node in enumerate(graph.nodes):
        if not isinstance(node.part, Input):
            owner = graph.owners[index]
            modules[index] = _built(graph, index) if owner == index else modules[owner]
    return modules


def _built(graph: Graph, index: int) -> nn.Module:
    node = graph.nodes[index]
    try:
        module = node.part.build(graph.input_types(index))
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise CompileError(f"{node.kind!r} at {node.path} has no torch module: {error}", "Mend its build.") from error
    if not isinstance(module, nn.Module):
        raise CompileError(f"{node.kind!r} at {node.path} builds {module!r}, which is no torch module")
    return module


def register(root: nn.Module, graph: Graph, modules: Mapping[int, nn.Module]) -> None:
    """Make `modules` children of `root` under the paths of the nodes that own them, which state dicts show."""
    owned = {graph.owners[index]: module for index, module in modules.items()}
    for index, module in owned.items():
        node = graph.nodes[index]
        parent = root
        for name in node.scope.path if node.scope else ():
            child = getattr(parent, name, None)
            if child is None:
                child = Group()
                parent.add_module(name, child)
            parent = child
        parent.add_module(node.name, module)
