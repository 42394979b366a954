"""Arithmetic and ReLUs that write into values which nobody reads again."""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import fx, nn

from fractalgen.compiler.static.draft import Draft

_METHODS: dict[Any, str] = {operator.add: "add_", operator.mul: "mul_", operator.truediv: "div_", "relu": "relu_"}
_ARITHMETIC = {operator.add, operator.mul, operator.truediv, operator.matmul}
_PURE_FUNCTIONS = _ARITHMETIC | {torch.cat, torch.maximum, torch.conv2d}
_PURE_METHODS = {"relu", "add_", "mul_", "div_", "relu_"}
_PURE_MODULES = (nn.Conv2d, nn.BatchNorm2d, nn.Linear, nn.MaxPool2d, nn.AvgPool2d)
"""What returns a tensor that shares no memory with its inputs, other than the one it was told to write into."""


def in_place(draft: Draft) -> None:
    """Let arithmetic and ReLUs write into their first input where nobody notices."""
    place = {node: position for position, node in enumerate(draft.code.nodes)}
    for node in draft.code.nodes:
        method = _METHODS.get(node.target)
        if method is not None and _may_write(draft, node, place):
            node.op, node.target = "call_method", method


def _may_write(draft: Draft, node: fx.Node, place: dict[fx.Node, int]) -> bool:
    value, *others = node.args
    if not isinstance(value, fx.Node) or value in others:
        return False
    earlier = [user for user in value.users if user is not node]
    unread = all(place[user] < place[node] and _is_pure(draft, user) for user in earlier)
    part = value.target == "narrow" and _is_part_of_siblings(value)
    return unread and (part or _is_pure(draft, value))


def _is_pure(draft: Draft, node: fx.Node) -> bool:
    if node.op == "call_module":
        return isinstance(draft.called(node), _PURE_MODULES)
    return node.target in (_PURE_METHODS if node.op == "call_method" else _PURE_FUNCTIONS)


def _is_part_of_siblings(value: fx.Node) -> bool:
    """Return whether a view is of channels that no other view sees, of a tensor that is read through views alone."""
    return all(user.target == "narrow" for user in value.all_input_nodes[0].users)
