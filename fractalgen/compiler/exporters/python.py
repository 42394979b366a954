"""Plain Python source: one file that needs only torch, with the same names of weights."""

from __future__ import annotations

import inspect
import keyword
import re
import textwrap
from pathlib import Path

from fractalgen.atomic import write_text
from fractalgen.compiler.exporters import _standalone
from fractalgen.compiler.exporters._section import example_inputs, section_of, tokens_of
from fractalgen.compiler.exporters._source import CLASSES, Source, read_source
from fractalgen.compiler.network import Network
from fractalgen.compiler.section import Column, Section
from fractalgen.compiler.statistics import STATISTICS
from fractalgen.errors import ExportError

_STANDALONE = (_standalone.group, _standalone.chain, _standalone.load_weights)
_TAKEN = ("Network", "json", "nn", "struct", "sys", "torch", "F", *(each.__name__ for each in _STANDALONE))

_FACTORY = '''def {name}(pretrained: str | None = None{arguments}) -> Network:
    """Return the network.

    Args:
        pretrained: A safetensors file of its weights; left out, they are drawn.{documented}
    """
    network = Network({given})
    if pretrained is not None:
        load_weights(network, pretrained{loading})
    return network'''

_MAIN = """if __name__ == "__main__":
    network = {name}(*sys.argv[1:2]).eval()
    torch.manual_seed(0)
    with torch.no_grad():
        print(network({example}))"""


def write(network: Network | Section, path: Path) -> str:
    """Write `network` as Python source: class `Network`, whose state dict has the same names; there is nothing to tell.

    Raises:
        ExportError: the network trains with drop-path, holds a module that is neither torch's nor fractalgen's, or the
            file cannot be written.
    """
    text = source(network, path.name)
    try:
        write_text(path, text)
    except OSError as error:
        raise ExportError(f"{str(path)!r} cannot be written: {error.strerror}") from None
    return ""


def source(network: Network | Section, file: str = "network.py") -> str:
    """Return `network` as Python source."""
    section = section_of(network, "python")
    name = _identifier(section)
    pieces = read_source(section, (*_TAKEN, name))
    network_class = f'class Network(nn.Module):\n    """{_title(section)}"""\n\n' + textwrap.indent(
        f"{pieces.constructor}\n\n{pieces.forward}", "    ", lambda line: bool(line.strip())
    )
    definitions = [
        *pieces.makers,
        network_class,
        _factory(section, name, pieces),
        *(inspect.getsource(each) for each in _STANDALONE),
        *pieces.classes,
        _MAIN.format(name=name, example=_example(section)),
    ]
    text = "\n\n\n".join(definition.strip() for definition in definitions) + "\n"
    return f'"""{_about(section, pieces, file)}"""\n\n{_imports(text)}\n\n\n{text}'


def _about(section: Section, pieces: Source, file: str) -> str:
    columns = section.graph.columns
    what = "It evaluates as written: drop-path, which some networks train with, is not in it."
    if isinstance(section, Column) and columns > 1:
        what = f"It is column {section.index} of the {columns} of a network."
    elif columns > 1:
        what = f"It is the whole of a network of {columns} columns, as it evaluates: drop-path is not in it."
    return (
        f"{_title(section)}\n\n{pieces.parameters:,} parameters, {section.macs:,} multiply-accumulates for a sample.\n"
        f"{what}\nWritten by fractalgen; needs only torch.\n\n"
        f"    python {file} weights.safetensors     # load the weights and run two samples of noise\n"
    )


def _title(section: Section) -> str:
    nodes, plan = section.graph.nodes, section.live_plan
    shapes, outputs = (", ".join(str(nodes[i].type) for i in each) for each in (plan.sources, plan.outputs))
    name = section.graph.name.replace("\\", "/").replace('"""', "'''").rstrip('"') or "network"
    return f"{name}: {shapes} -> {outputs}."


def _imports(text: str) -> str:
    lines = ["from __future__ import annotations", ""]
    lines += ["import json", "import struct", "import sys"]
    for module, names in (("abc", ("ABC", "abstractmethod")), ("collections.abc", ("Mapping", "Sequence"))):
        used = [name for name in names if re.search(rf"\b{name}\b", text)]
        lines += [f"from {module} import {', '.join(used)}"] if used else []
    lines += ["", "import torch", "from torch import Tensor, nn"]
    return "\n".join([*lines, *(["from torch.nn import functional as F"] if re.search(r"\bF\.", text) else [])])


def _factory(section: Section, name: str, pieces: Source) -> str:
    head = pieces.head
    loading = f', head="{head.path}"' if head else ""
    if isinstance(section, Column):
        loading += f', own="{STATISTICS}.{section.index}."'
    documented = ""
    if head:
        documented = (
            f"\n        **kwargs: `{CLASSES}`, {head.classes} when left out; `{head.path}` is drawn for another."
        )
    arguments, given = (", **kwargs: int", "**kwargs") if head else ("", "")
    return _FACTORY.format(name=name, arguments=arguments, documented=documented, given=given, loading=loading)


def _identifier(section: Section) -> str:
    """Return the network's name as that of a function."""
    name = re.sub(r"\W+", "_", section.graph.name.lower(), flags=re.ASCII).strip("_") or "fractal_net"
    if isinstance(section, Column):
        name += f"_column_{section.index}"
    return f"net_{name}" if name[0].isdigit() or keyword.iskeyword(name) or name in _TAKEN else name


def _example(section: Section) -> str:
    texts = []
    for source_, tensor in zip(section.live_plan.sources, example_inputs(section), strict=True):
        shape = ", ".join(map(str, tensor.shape))
        floats = tensor.is_floating_point()
        texts.append(f"torch.randn({shape})" if floats else f"torch.randint({tokens_of(section, source_)}, ({shape}))")
    return ", ".join(texts)
