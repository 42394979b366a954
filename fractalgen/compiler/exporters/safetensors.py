"""Weights under the readable paths of their nodes, in the safetensors format."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from fractalgen.atomic import write_bytes
from fractalgen.errors import ExportError


def write(network: nn.Module, path: Path) -> str:
    """Write the state dict of `network`; there is nothing to tell.

    Raises:
        ExportError: the file cannot be written.
    """
    from safetensors.torch import save

    state = {name: tensor.detach().contiguous() for name, tensor in network.state_dict().items()}
    try:
        write_bytes(path, save(state))
    except OSError as error:
        raise ExportError(f"{str(path)!r} cannot be written: {error.strerror}") from None
    return ""


def read(network: nn.Module, path: Path) -> None:
    """Load weights into `network`; nothing in the file is executed.

    Raises:
        ExportError: the file cannot be read, or holds the weights of another network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        found = load_file(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"{str(path)!r} cannot be read: {reason}", "Check its name and permissions.") from None
    except SafetensorError as error:
        raise ExportError(f"{str(path)!r} is damaged: {error}", "Train the network again.") from None
    own = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    theirs = {name: tuple(value.shape) for name, value in found.items()}
    if own != theirs:
        name = next(name for name in sorted({*own, *theirs}) if own.get(name) != theirs.get(name))
        is_, wanted = theirs.get(name, "not there"), own.get(name, "unknown")
        raise ExportError(
            f"{str(path)!r} holds the weights of another network: {name} is {is_} in it, {wanted} in the network",
            "Use the spec that they were trained with.",
        )
    network.load_state_dict(found)
