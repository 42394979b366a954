"""What changes nothing in evaluation vanishes: dropout and all that draws random numbers in training alone."""

from __future__ import annotations

import copy

import torch
from torch import fx, nn

from fractalgen.compiler.static.draft import Draft


def remove_noops(draft: Draft) -> None:
    """Remove the calls of stochastic ops that return their input in evaluation."""
    for node in draft.code.nodes:
        if _is_noop(draft, node):
            node.replace_all_uses_with(node.args[0])
            draft.code.erase_node(node)


def _is_noop(draft: Draft, node: fx.Node) -> bool:
    origin, called, taken = draft.node_of(node), draft.called(node), draft.type_of(node)
    if origin is None or taken is None or not isinstance(called, nn.Module) or not origin.part.stochastic:
        return False
    if origin.is_join:  # it merges branches, whatever it draws
        return False
    if isinstance(called, nn.modules.dropout._DropoutNd):  # noqa: SLF001 - the base of all dropouts has no other name
        return True
    # Anything else might scale or clip, so it is tried.
    noise = torch.randn(2, *taken.shape, dtype=next((p.dtype for p in called.parameters()), torch.float32))
    with torch.inference_mode():
        return torch.equal(copy.deepcopy(called).eval()(noise), noise)
