"""Checkpoints that are whole or not there, and that know whose they are."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import nn

from fractalgen.atomic import write_bytes
from fractalgen.errors import TrainError
from fractalgen.run_files import CHECKPOINT

ROOM = "Make room there; the same command goes on from the last checkpoint."
"""What helps when a file of a run cannot be written."""

_MAGIC = b"fractalgen checkpoint 2\n"
_DIGEST_BYTES = 32

State = dict[str, Any]
"""Tensors and plain values by name."""

Owner = Mapping[str, str]
"""What a checkpoint belongs to: `network`, `recipe`, `data`, `seed`, as hashes or text."""


def owner_of(network: nn.Module, recipe: str, data: str, seed: int) -> Owner:
    """Return what a checkpoint must have been made by: the graph and the tensors of a network, and the rest."""
    tensors = [f"{name} {tuple(tensor.shape)}" for name, tensor in network.state_dict().items()]
    named = [str(getattr(network, name, "")) for name in ("graph", "drop_path")]
    text = "\n".join([*named, *tensors])
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"network": digest, "recipe": recipe, "data": data, "seed": str(seed)}


def save(folder: Path, owner: Owner, state: State) -> None:
    """Write `state` into `folder`, in place of the checkpoint before.

    Raises:
        TrainError: the folder cannot be written, or the disk is full.
    """
    buffer = BytesIO()
    torch.save({"owner": dict(owner), "state": state}, buffer)
    payload = buffer.getvalue()
    path = folder / CHECKPOINT
    try:
        write_bytes(path, _MAGIC + hashlib.sha256(payload).digest() + payload)
    except OSError as error:
        raise TrainError(f"{str(path)!r} cannot be written: {error.strerror}", ROOM) from None


def tidy(folder: Path) -> None:
    """Delete what a process that was killed while it wrote a checkpoint has left in `folder`."""
    for leftover in folder.glob(f".{CHECKPOINT}.*"):
        leftover.unlink(missing_ok=True)


def load(folder: Path, owner: Owner) -> State | None:
    """Return the state in `folder`, or None where there is no checkpoint.

    Raises:
        TrainError: the checkpoint is damaged or belongs to another run.
    """
    path = folder / CHECKPOINT
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TrainError(f"{str(path)!r} cannot be read: {error.strerror}", "Give another folder.") from None
    found = _unpack(content)
    if found is None:
        raise TrainError(f"the checkpoint {str(path)!r} is damaged", "Delete it to train from the start.")
    other = [key for key, value in owner.items() if found["owner"].get(key) != value]
    if other:
        raise TrainError(
            f"the checkpoint {str(path)!r} belongs to another {' and '.join(other)}",
            "Give another folder, or delete it to train from the start.",
        )
    state: State = found["state"]
    return state


def _unpack(content: bytes) -> dict[str, Any] | None:
    start = len(_MAGIC) + _DIGEST_BYTES
    head, payload = content[:start], content[start:]
    if head != _MAGIC + hashlib.sha256(payload).digest():
        return None
    try:
        found: dict[str, Any] = torch.load(BytesIO(payload), weights_only=True, map_location="cpu")
    except (RuntimeError, pickle.UnpicklingError, EOFError):
        return None
    return found
