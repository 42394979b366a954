"""What depends on weights alone is computed once."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import Tensor, fx

from fractalgen.compiler.static.draft import Draft


def fold_constants(draft: Draft) -> None:
    """Replace what is computed from weights alone by buffers, such as the weights of a learned join from its logits."""
    for node in draft.code.nodes:
        sources = node.all_input_nodes
        if sources and node.op != "output" and all(each.op == "get_attr" for each in sources) and not _is_pick(node):
            path = draft.free_path(node.meta["path"])
            draft.make(path, _computed(draft, node))
            with draft.code.inserting_before(node):
                node.replace_all_uses_with(draft.attribute(path))
            draft.code.erase_node(node)
    _remove_unread(draft)


def _remove_unread(draft: Draft) -> None:
    for node in reversed(draft.code.nodes):
        if node.op == "get_attr" and not node.users:
            draft.code.erase_node(node)


def _is_pick(node: fx.Node) -> bool:
    """Return whether it picks one number of a vector, which is free and reads better than a buffer for each."""
    return node.target is operator.getitem and isinstance(node.args[1], int)


def _computed(draft: Draft, node: fx.Node) -> Tensor:
    def value(argument: fx.Node) -> Any:
        return draft.attributes[str(argument.target)]

    arguments = fx.map_arg(node.args, value)
    with torch.no_grad():
        call = getattr(torch.Tensor, node.target) if isinstance(node.target, str) else node.target
        result: Tensor = call(*arguments)
    return result.detach().clone()
