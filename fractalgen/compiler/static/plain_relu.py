"""ReLU as a method, which may then write in place."""

from __future__ import annotations

from torch import nn

from fractalgen.compiler.static.draft import Draft


def plain_relu(draft: Draft) -> None:
    """Write `x.relu()` for each call of a ReLU."""
    for node in draft.code.nodes:
        if type(draft.called(node)) is nn.ReLU:
            node.op, node.target = "call_method", "relu"
