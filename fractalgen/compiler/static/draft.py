"""A section while it is lowered: code as a torch.fx graph, and the modules and tensors that the code names."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, fx, nn

from fractalgen.compiler.static.code import readable
from fractalgen.ir.graph import Graph, Node
from fractalgen.ir.types import TensorType

Attribute = nn.Module | Tensor


@dataclass
class Draft:
    """Code and what it names.

    Attributes:
        origin: The graph that it comes from.
        attributes: Module or tensor by its path.
        code: Calls of them; each node's `meta` tells its `path`, and its node in `origin` if it is the value of one.
    """

    origin: Graph
    attributes: dict[str, Attribute] = field(default_factory=dict)
    code: fx.Graph = field(default_factory=fx.Graph)
    _made: set[str] = field(default_factory=set)

    def module(self, path: str, *arguments: Any, target: str = "") -> fx.Node:
        """Write a call of the module at `target`, which is `path` unless weights are shared."""
        return self._write("call_module", target or path, arguments, path)

    def method(self, path: str, name: str, *arguments: Any, **options: Any) -> fx.Node:
        """Write a call of a method of the first argument."""
        return self._write("call_method", name, arguments, path, options)

    def function(self, path: str, function: Callable[..., Any], *arguments: Any) -> fx.Node:
        """Write a call of a function of torch or `operator`."""
        return self._write("call_function", function, arguments, path)

    def attribute(self, path: str) -> fx.Node:
        """Write a read of the tensor at `path`."""
        return self._write("get_attr", path, (), path)

    def make(self, path: str, attribute: Attribute) -> None:
        """Put something new at `path`, which the draft owns; what it finds elsewhere belongs to the network."""
        self.attributes[path] = attribute
        self._made.add(path)

    def free_path(self, path: str) -> str:
        """Return `path`, with a number behind it if something is there."""
        number, found = 2, path
        while found in self.attributes:
            number, found = number + 1, f"{path}_{number}"
        return found

    def node_of(self, value: fx.Node) -> Node | None:
        """Return the node whose value it is, None for a step on the way to one."""
        index = value.meta.get("node")
        return None if index is None else self.origin.nodes[index]

    def type_of(self, value: fx.Node) -> TensorType | None:
        """Return the type of a value, None for a step on the way to one."""
        node = self.node_of(value)
        return None if node is None else node.type

    def called(self, node: fx.Node) -> Attribute | None:
        """Return the module that a node calls, if it calls one."""
        return self.attributes[str(node.target)] if node.op == "call_module" else None

    def callers(self) -> dict[str, int]:
        """Return how many nodes name each module."""
        counts: dict[str, int] = {}
        for node in self.code.nodes:
            if node.op in ("call_module", "get_attr"):
                counts[node.target] = counts.get(node.target, 0) + 1
        return counts

    def own(self) -> None:
        """Copy what is still the network's, for evaluation; forget what the code does not name."""
        named = self.callers()
        self.attributes = {path: self._mine(path) for path in self.attributes if path in named}
        self._made = set(named)

    def finished(self) -> fx.GraphModule:
        """Return the module that runs the code."""
        for node in self.code.nodes:
            if node.op in ("call_module", "get_attr"):
                node.target = _identifiers(node.target)
        self.code.lint()
        self.code.on_generate_code(lambda _: readable)
        attributes = {_identifiers(path): attribute for path, attribute in self.attributes.items()}
        return fx.GraphModule(attributes, self.code, "Lowered").eval()

    def _mine(self, path: str) -> Attribute:
        attribute = self.attributes[path]
        mine = attribute if path in self._made else copy.deepcopy(attribute)
        return mine.eval().requires_grad_(False) if isinstance(mine, nn.Module) else mine.detach()

    def _write(
        self, op: str, target: Any, arguments: tuple[Any, ...], path: str, options: dict[str, Any] | None = None
    ) -> fx.Node:
        node = self.code.create_node(op, target, arguments, options or {}, name=path.replace(".", "_"))
        node.meta["path"] = path
        return node


def _identifiers(path: str) -> str:
    """Return a path with numbers joined to the name before them: code can name it without `getattr`."""
    return re.sub(r"\.(\d+)", r"_\1", path)
