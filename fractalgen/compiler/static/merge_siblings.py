"""Convolutions of one geometry that read the same input run as one; each reader gets a view of its channels."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from fractalgen.compiler.static.draft import Draft
from fractalgen.compiler.static.fold_batch_norm import conv_like
from fractalgen.compiler.static.measure import speed_up

WORTH_IT = 1.05
"""How many times faster siblings must run as one."""

Decide = Callable[["Siblings"], bool]


@dataclass(frozen=True)
class Siblings:
    """Calls of convolutions that can run as one.

    Attributes:
        draft: Where they stand.
        nodes: The calls, in order.
        convs: What each calls.
    """

    draft: Draft
    nodes: tuple[fx.Node, ...]
    convs: tuple[nn.Conv2d, ...]

    @property
    def source(self) -> fx.Node:
        """What they read."""
        return self.nodes[0].all_input_nodes[0]

    @property
    def all_to_relu(self) -> bool:
        """Whether each is read by one ReLU alone, which can then run once for all."""
        readers = [list(node.users) for node in self.nodes]
        return all(len(users) == 1 and users[0].target == "relu" for users in readers)


def merge_siblings(draft: Draft, decide: Decide) -> None:
    """Merge the siblings that `decide` is for."""
    for siblings in _find(draft):
        if decide(siblings):
            _merge(siblings)


class Measured:
    """Decides by running siblings and their readers on noise, once for each geometry.

    Args:
        batch: Number of samples.
        channels_last: Whether images and kernels have their channels last in memory.
    """

    def __init__(self, batch: int, *, channels_last: bool) -> None:
        self._batch = batch
        self._format = torch.channels_last if channels_last else torch.contiguous_format
        self._known: dict[Any, bool] = {}

    def __call__(self, siblings: Siblings) -> bool:
        """Return whether they are faster as one."""
        type_ = siblings.draft.type_of(siblings.source)
        if type_ is None:
            return False
        tails = [_tail(siblings.draft, node) for node in siblings.nodes]
        key = (type_.shape, siblings.all_to_relu, repr(siblings.convs), repr(tails))
        if key not in self._known:
            self._known[key] = self._measure(siblings, tails, type_.shape)
        return self._known[key]

    def _measure(self, siblings: Siblings, tails: Sequence[Sequence[nn.Module]], shape: tuple[int, ...]) -> bool:
        kernel = siblings.convs[0].weight
        x = torch.randn(self._batch, *shape, dtype=kernel.dtype, device=kernel.device)
        x = x.contiguous(memory_format=self._format)
        convs = [self._ready(conv) for conv in siblings.convs]
        merged = self._ready(merged_conv(siblings.convs))
        widths = [conv.out_channels for conv in siblings.convs]
        readers = [[self._ready(module) for module in tail] for tail in tails]
        relu: Callable[[Tensor], Tensor] = torch.relu_ if siblings.all_to_relu else torch.nn.Identity()

        def apart() -> None:
            for conv, tail in zip(convs, readers, strict=True):
                value = relu(conv(x))
                for reader in tail:
                    reader(value)

        def together() -> None:
            for value, tail in zip(torch.split(relu(merged(x)), widths, 1), readers, strict=True):
                for reader in tail:
                    reader(value)

        return speed_up(apart, together, x.device) >= WORTH_IT

    def _ready(self, module: nn.Module) -> nn.Module:
        ready = copy.deepcopy(module).eval().requires_grad_(False)
        return ready.to(memory_format=self._format)  # type: ignore[call-overload, no-any-return]


def merged_conv(convs: Sequence[nn.Conv2d]) -> nn.Conv2d:
    """Return the convolution whose output channels are those of `convs`, one after another."""
    weight = torch.cat([conv.weight.detach() for conv in convs])
    if all(conv.bias is None for conv in convs):
        return conv_like(convs[0], weight, None)
    biases = [weight.new_zeros(conv.out_channels) if conv.bias is None else conv.bias.detach() for conv in convs]
    return conv_like(convs[0], weight, torch.cat(biases))


def _find(draft: Draft) -> list[Siblings]:
    callers = draft.callers()
    groups: dict[Any, list[tuple[fx.Node, nn.Conv2d]]] = {}
    for node in draft.code.nodes:
        conv = draft.called(node)
        if type(conv) is nn.Conv2d and conv.groups == 1 and callers[node.target] == 1:
            geometry = (conv.kernel_size, conv.stride, conv.padding, conv.dilation, conv.padding_mode)
            groups.setdefault((node.args[0], geometry), []).append((node, conv))
    found = [tuple(zip(*group, strict=True)) for group in groups.values() if len(group) > 1]
    return [Siblings(draft, nodes, convs) for nodes, convs in found]


def _merge(siblings: Siblings) -> None:
    draft, nodes = siblings.draft, siblings.nodes
    path = draft.free_path(_shared_scope([node.meta["path"] for node in nodes]) + "siblings")
    draft.make(path, merged_conv(siblings.convs))
    with draft.code.inserting_before(nodes[0]):
        value = draft.module(path, siblings.source)
        if siblings.all_to_relu:
            value = draft.method(path, "relu", value)
            for node in nodes:
                relu = next(iter(node.users))
                node.meta["node"] = relu.meta["node"]
                relu.replace_all_uses_with(node)
                draft.code.erase_node(relu)
    start = 0
    for node, conv in zip(nodes, siblings.convs, strict=True):
        node.op, node.target, node.args = "call_method", "narrow", (value, 1, start, conv.out_channels)
        start += conv.out_channels


def _shared_scope(paths: Sequence[str]) -> str:
    names = []
    for level in zip(*(path.split(".")[:-1] for path in paths), strict=False):
        if len(set(level)) > 1:
            break
        names.append(level[0] + ".")
    return "".join(names)


def _tail(draft: Draft, node: fx.Node) -> list[nn.Module]:
    """Return the modules that read a sibling, behind its ReLU: to some, a view costs a copy."""
    users = list(node.users)
    if len(users) == 1 and users[0].target == "relu":
        users = list(users[0].users)
    called = [draft.called(user) for user in users if len(user.all_input_nodes) == 1]
    return [module for module in called if isinstance(module, nn.Module)]
