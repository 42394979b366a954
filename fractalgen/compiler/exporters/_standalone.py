"""Functions whose source stands in exported files, which need torch alone."""

from __future__ import annotations

import json
import struct

import torch
from torch import Tensor, nn


def group(**members: nn.Module | Tensor) -> nn.Module:
    """Return modules and weights under names."""
    module = nn.Module()
    for name, member in members.items():
        setattr(module, name, nn.Parameter(member) if isinstance(member, Tensor) else member)
    return module


def chain(**members: nn.Module) -> nn.Sequential:
    """Return modules under names that run one after another."""
    module = nn.Sequential()
    for name, member in members.items():
        module.add_module(name, member)
    return module


def load_weights(network: nn.Module, path: str, head: str = "", own: str = "") -> None:
    """Load a safetensors file; nothing in it is executed.

    Args:
        network: What takes the weights that it has names for.
        path: The file.
        head: The last layer, which keeps its weights if those of the file have another size.
        own: What stands before the names of statistics that are this network's alone.
    """
    kinds = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
             "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}  # fmt: skip
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entries, data = json.loads(file.read(length)), bytearray(file.read())
    weights = network.state_dict()
    for name, weight in weights.items():
        entry = entries.get(own + name) or entries.get(name)
        if entry is None:
            raise ValueError(f"{path} holds no weights for {name}")
        start, end = entry["data_offsets"]
        read = torch.frombuffer(data[start:end], dtype=kinds[entry["dtype"]]).reshape(entry["shape"])
        if read.shape == weight.shape or not head or not name.startswith(f"{head}."):
            weights[name] = read
    network.load_state_dict(weights)
