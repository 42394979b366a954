"""Plain Python source: one file that needs only torch, with the same names of weights."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from fractalgen.atomic import write_text
from fractalgen.compiler.network import Network
from fractalgen.errors import ExportError
from fractalgen.ir.graph import Graph, Scope
from fractalgen.ir.parts import Op

_NN = "fractalgen.nn."

_HEADER = '''"""{title}

Written by fractalgen; needs only torch.

    python {file} weights.safetensors     # load the weights and run one batch of noise
"""

from __future__ import annotations

import json
import struct
import sys
{imports}
import torch
from torch import Tensor, nn
{functional}

def load_weights(network: nn.Module, path: str) -> None:
    """Load a safetensors file; nothing in it is executed."""
    kinds = {{"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
             "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(length)), bytearray(file.read())
    header.pop("__metadata__", None)
    state = {{}}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        part = torch.frombuffer(data[start:end], dtype=torch.uint8).clone() if end > start else torch.empty(0)
        state[name] = part.view(kinds[entry["dtype"]]).reshape(entry["shape"])
    network.load_state_dict(state)


def group(**children: nn.Module) -> nn.Module:
    """Modules under names."""
    module = nn.Module()
    for name, child in children.items():
        module.add_module(name, child)
    return module


def chain(**children: nn.Module) -> nn.Sequential:
    """Modules under names, one after another."""
    module = nn.Sequential()
    for name, child in children.items():
        module.add_module(name, child)
    return module

'''

_FOOTER = """

if __name__ == "__main__":
    network = Network().eval()
    if len(sys.argv) > 1:
        load_weights(network, sys.argv[1])
    torch.manual_seed(0)
    with torch.no_grad():
        print(network(torch.randn(2, {shape})))
"""


def write(network: Network, path: Path) -> None:
    """Write `network` as Python source: class `Network`, whose state dict has the same names.

    Raises:
        ExportError: the file cannot be written.
    """
    try:
        write_text(path, source(network, path.name))
    except OSError as error:
        raise ExportError(f"{str(path)!r} cannot be written: {error.strerror}") from None


def source(network: Network, file: str = "network.py") -> str:
    """Return `network` as Python source."""
    graph = network.graph
    cells = _find_cells(graph)
    shapes = ", ".join(str(graph.nodes[i].type) for i in graph.inputs)
    outputs = ", ".join(str(graph.nodes[i].type) for i in graph.outputs)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    name = graph.name.replace("\\", "/").replace('"""', "'''").rstrip('"')
    title = f"{name or 'network'}: {shapes} -> {outputs}, {parameters:,} parameters."
    used = _own_sources(network)
    text = _HEADER.format(
        title=title,
        file=file,
        imports="from abc import ABC, abstractmethod\nfrom collections.abc import Mapping, Sequence\n" if used else "",
        functional="from torch.nn import functional as F\n" if used else "",
    )
    text += "".join(f"\n{code}\n" for code in used)
    text += f'\nclass Network(nn.Module):\n    """{title}"""\n\n'
    text += _constructor(network, cells) + "\n" + _forward(graph, cells)
    shape = graph.nodes[graph.inputs[0]].type
    return text + _FOOTER.format(shape=", ".join(map(str, shape.shape if shape else ())))


@dataclass(frozen=True)
class _Cells:
    """Rule calls that are a plain chain of ops: the last node of each stands for it."""

    members: dict[int, tuple[int, ...]]
    scopes: frozenset[int]

    def inside(self, index: int) -> bool:
        return any(index in chain[:-1] for chain in self.members.values())


def _find_cells(graph: Graph) -> _Cells:
    readers: dict[int, list[int]] = {}
    for index, node in enumerate(graph.nodes):
        for source_ in node.inputs:
            readers.setdefault(source_, []).append(index)
    groups: dict[int, list[int]] = {}
    parents = set()
    for index, node in enumerate(graph.nodes):
        if node.scope is not None:
            groups.setdefault(id(node.scope), []).append(index)
            parents.add(id(node.scope.parent))
    members = {}
    for key, chain in groups.items():
        inner = [i for i in chain if i in graph.outputs or readers.get(i) != [i + 1]]
        plain = all(
            isinstance(graph.nodes[i].part, Op) and graph.nodes[i].share is None for i in chain
        ) and chain == list(range(chain[0], chain[-1] + 1))
        if key not in parents and len(chain) > 1 and plain and set(inner) <= {chain[-1]}:
            members[chain[-1]] = tuple(chain)
    return _Cells(members, frozenset(id(graph.nodes[i].scope) for i in members))


def _constructor(network: Network, cells: _Cells) -> str:
    tree: dict[str, object] = {}
    graph = network.graph
    for index, node in enumerate(graph.nodes):
        if not node.inputs or graph.owners[index] != index:
            continue
        level = tree
        for name in node.scope.path if node.scope else ():
            level = level.setdefault(name, {})  # type: ignore[assignment]
        level[node.name] = call_of(network.get_submodule(node.path))
        if id(node.scope) in cells.scopes:
            level["\0chain"] = "chain"
    lines = ["    def __init__(self) -> None:", "        super().__init__()"]
    for name, value in tree.items():
        lines += _assign(f"self.{name} = ", value, 8, "")
    return "\n".join(lines) + "\n"


def _assign(prefix: str, value: object, indent: int, end: str) -> list[str]:
    space = " " * indent
    if not isinstance(value, dict):
        return [f"{space}{prefix}{value}{end}"]
    kind = value.pop("\0chain", "group")
    one = f"{space}{prefix}{kind}(" + ", ".join(f"{k}={v}" for k, v in value.items()) + f"){end}"
    if len(one) <= 110 and not any(isinstance(v, dict) for v in value.values()):
        return [one]
    lines = [f"{space}{prefix}{kind}("]
    for name, inner in value.items():
        lines += _assign(f"{name}=", inner, indent + 4, ",")
    return [*lines, f"{space}){end}"]


def call_of(module: nn.Module) -> str:
    """Return the call that constructs `module`: every argument is an attribute of its own; defaults are left out."""
    if isinstance(module, nn.Sequential):
        return f"nn.Sequential({', '.join(call_of(child) for child in module)})"
    kind = type(module)
    arguments = []
    for name, parameter in inspect.signature(kind).parameters.items():
        value = getattr(module, name, parameter.default)
        value = value is not None if name == "bias" and not isinstance(value, bool) else value
        if parameter.default is parameter.empty:
            arguments.append(repr(value))
        elif value not in (parameter.default, (parameter.default, parameter.default)):
            arguments.append(f"{name}={value!r}")
    owner = "nn." if kind.__module__.startswith("torch.nn") else ""
    return f"{owner}{kind.__name__}({', '.join(arguments)})"


def _forward(graph: Graph, cells: _Cells) -> str:
    names = {graph.inputs[0]: "x"}
    lines = ["    def forward(self, x: Tensor) -> Tensor:"]
    last_use = {source_: index for index, node in enumerate(graph.nodes) for source_ in node.inputs}
    for index, node in enumerate(graph.nodes):
        if not node.inputs or cells.inside(index):
            continue
        inputs = graph.nodes[cells.members[index][0]].inputs if index in cells.members else node.inputs
        owner = graph.nodes[graph.owners[index]]
        path = ".".join(_path(node.scope)) if index in cells.members else owner.path
        arguments = [names[source_] for source_ in inputs]
        reuses = not node.is_join and last_use[inputs[0]] <= index and inputs[0] not in graph.outputs
        names[index] = arguments[0] if reuses else f"x{index}"
        call = f"[{', '.join(arguments)}], {tuple(range(len(arguments)))}" if node.is_join else arguments[0]
        lines.append(f"        {names[index]} = self.{path}({call})")
    lines.append("        return " + ", ".join(names[output] for output in graph.outputs))
    return "\n".join(lines) + "\n"


def _path(scope: Scope | None) -> tuple[str, ...]:
    return scope.path if scope else ()


def _own_sources(network: Network) -> list[str]:
    """Return the source of each class of `fractalgen.nn` that is used, bases first."""
    kinds = {kind for module in network.modules() for kind in type(module).__mro__ if kind.__module__.startswith(_NN)}
    ordered = sorted(kinds, key=lambda kind: (kind.__module__, inspect.getsourcelines(kind)[1]))
    return [inspect.getsource(kind) for kind in ordered]
