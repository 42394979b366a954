"""A section as source: its constructor, its forward pass, and what these need."""

from __future__ import annotations

import inspect
import re
from collections.abc import Container
from dataclasses import dataclass

from torch import Tensor, nn

from fractalgen.compiler.exporters._calls import Call, call_of, weight_of
from fractalgen.compiler.exporters._cells import Maker, call_cells, makers
from fractalgen.compiler.exporters._constructor import WIDTH, constructor_lines
from fractalgen.compiler.section import Section
from fractalgen.compiler.static.code import readable
from fractalgen.compiler.static.draft import Attribute, Draft
from fractalgen.compiler.static.trace import trace
from fractalgen.errors import ExportError

CLASSES = "num_classes"
_OWN = "fractalgen.nn."


@dataclass(frozen=True)
class Head:
    """The linear layer that makes the logits: its path, and how many there are."""

    path: str
    classes: int


@dataclass(frozen=True)
class Source:
    """Pieces of a file.

    Attributes:
        makers: Functions that make rule calls which are alike.
        constructor: `__init__`.
        forward: `forward`.
        classes: Each class that torch lacks.
        head: The last layer, where it makes logits.
        parameters: Learned numbers.
    """

    makers: tuple[str, ...]
    constructor: str
    forward: str
    classes: tuple[str, ...]
    head: Head | None
    parameters: int


def read_source(section: Section, taken: tuple[str, ...]) -> Source:
    """Return the source of a section, its functions under other names than `taken`.

    Raises:
        ExportError: a module is neither torch's nor fractalgen's.
    """
    draft = trace(section)
    attributes = _named(draft)
    classes = _classes(draft, attributes)
    head = _head(draft)
    calls = {path: _call(attribute, path, head) for path, attribute in attributes.items()}
    cells = call_cells(draft)
    alike = {
        path: {member.rpartition(".")[2]: calls[member] for member in members}
        for path, members in cells.items()
        if head is None or head.path not in members
    }
    found, made = makers(alike, (*taken, *(kind.__name__ for kind in classes)))
    lines = ["super().__init__()", *constructor_lines(calls, cells.keys(), made)]
    argument = f", {CLASSES}: int = {head.classes}" if head else ""
    return Source(
        makers=tuple(_function(maker) for maker in found),
        constructor="\n    ".join([f"def __init__(self{argument}) -> None:", *lines]),
        forward=_forward(draft),
        classes=tuple(inspect.getsource(kind) for kind in classes),
        head=head,
        parameters=sum(_learned(attribute) for attribute in attributes.values()),
    )


def _named(draft: Draft) -> dict[str, Attribute]:
    """Return what the code names, in the order of the network's nodes."""
    place = {node.path: index for index, node in enumerate(draft.origin.nodes)}
    named = draft.callers()
    ordered = sorted(draft.attributes, key=lambda path: place[_owner(path, place)])
    return {path: draft.attributes[path] for path in ordered if path in named}


def _owner(path: str, known: Container[str]) -> str:
    """Return the path of the node that a part of its module belongs to."""
    return path if path in known else _owner(path.rpartition(".")[0], known)


def _head(draft: Draft) -> Head | None:
    (last,) = draft.code.output_node().all_input_nodes[-1:]
    layer, type_ = draft.called(last), draft.type_of(last)
    alone = len(draft.code.output_node().all_input_nodes) == 1 and draft.callers().get(str(last.target)) == 1
    if alone and type(layer) is nn.Linear and type_ is not None and len(type_.shape) == 1:
        return Head(str(last.target), layer.out_features)
    return None


def _call(attribute: Attribute, path: str, head: Head | None) -> Call:
    if isinstance(attribute, Tensor):
        return weight_of(attribute)
    call = call_of(attribute)
    return call.with_texts({"out_features": CLASSES}) if head is not None and path == head.path else call


def _learned(attribute: Attribute) -> int:
    return attribute.numel() if isinstance(attribute, Tensor) else sum(p.numel() for p in attribute.parameters())


def _classes(draft: Draft, attributes: dict[str, Attribute]) -> list[type]:
    """Return each class of `fractalgen.nn` that is used, bases first.

    Raises:
        ExportError: a class is neither fractalgen's nor torch's.
    """
    kinds: set[type] = set()
    for path, attribute in attributes.items():
        for module in attribute.modules() if isinstance(attribute, nn.Module) else ():
            kind = type(module)
            if not kind.__module__.startswith((_OWN, "torch.nn.")):
                raise _foreign(draft, path, kind)
            kinds |= {base for base in kind.__mro__ if base.__module__.startswith(_OWN)}
    return sorted(kinds, key=lambda kind: (kind.__module__, inspect.getsourcelines(kind)[1]))


def _foreign(draft: Draft, path: str, kind: type) -> ExportError:
    nodes = {node.path: node for node in draft.origin.nodes}
    node = nodes[_owner(path, nodes)]
    return ExportError(
        f"{node.kind!r} at {node.path} is a {kind.__module__}.{kind.__qualname__}, whose source a file cannot hold",
        "Export to torch-export or onnx.",
        node.place,
    )


def _function(maker: Maker) -> str:
    parameters = [f"{name}: {type_}" for name, type_ in maker.parameters.items()]
    head = f"def {maker.name}({', '.join(parameters)}) -> nn.Sequential:"
    if len(head) > WIDTH:
        head = "\n    ".join([f"def {maker.name}(", *(f"{each}," for each in parameters)]) + "\n) -> nn.Sequential:"
    members = "".join(f"        {name}={call},\n" for name, call in maker.members.items())
    return f"{head}\n    return chain(\n{members}    )"


def _forward(draft: Draft) -> str:
    draft.code.on_generate_code(lambda _: readable)
    head, *body = draft.code.python_code("self").src.strip().splitlines()
    names = re.findall(r"\w+", head.partition("(")[2])[1:]
    several = len(draft.code.output_node().all_input_nodes) > 1
    answer = "tuple[Tensor, ...]" if several else "Tensor"
    lines = [f"def forward(self, {', '.join(f'{name}: Tensor' for name in names)}) -> {answer}:"]
    lines += [line.rstrip() for line in body if not line.lstrip().startswith("del ")]
    return re.sub(r"getattr\((self[\w.]*), '(\d+)'\)", r'\1["\2"]', "\n".join(lines))
