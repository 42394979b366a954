"""One network of a space, whose weights are copied from a store and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fractalgen.compiler.network import Network
from fractalgen.compiler.supernet.keys import weight_keys
from fractalgen.compiler.supernet.store import Slot, WeightStore, seed_of_key
from fractalgen.ir.graph import Graph
from fractalgen.nn.attention import LearnedEncoding
from fractalgen.nn.joins import BranchJoin, ConcatJoin
from fractalgen.nn.squeeze_excite import SqueezeExcite

Initialise = Callable[[nn.Module, int], None]
"""Gives a new module its first weights by a seed, where they are not those that it was made with."""

_BRANCH = re.compile(r"(project|score)\.(\d+)\.(.+)")
_NORMS = (nn.BatchNorm2d, nn.LayerNorm, nn.RMSNorm, nn.GroupNorm)
_SLICED = (nn.Conv2d, nn.Linear, nn.Embedding, LearnedEncoding, SqueezeExcite, *_NORMS)
"""Modules whose first channels are those of a narrower one; others have weights of their own for each shape."""


@dataclass(frozen=True)
class Piece:
    """A part of a parameter that the store has under one key: numbers `start` to `stop` of its last axis.

    The other axes are whole.
    """

    key: str
    start: int
    stop: int

    def of(self, tensor: Tensor) -> Tensor:
        """Return this part of a tensor."""
        return tensor[..., self.start : self.stop] if tensor.dim() else tensor


@dataclass(frozen=True, eq=False)
class Binding:
    """Where a parameter of a network has its numbers from.

    Attributes:
        parameter: Of the network.
        pieces: Its parts.
        node: The node that owns it.
        name: Its name in the node's module.
    """

    parameter: nn.Parameter
    pieces: tuple[Piece, ...]
    node: int
    name: str


class Subnet:
    """A network and the keys of its weights.

    Args:
        network: What is run.
        seed: Of first weights.
        initialise: See `Initialise`.
    """

    def __init__(self, network: Network, seed: int, initialise: Initialise) -> None:
        self.network = network
        self._keys = weight_keys(network.graph)
        self._seed = seed
        self._initialise = initialise
        self._bindings = tuple(_bindings(network, self._keys))

    @property
    def keys(self) -> frozenset[str]:
        """The keys that it uses."""
        return frozenset(piece.key for binding in self._bindings for piece in binding.pieces)

    @property
    def parameters(self) -> int:
        """How many numbers it learns."""
        return sum(binding.parameter.numel() for binding in self._bindings)

    @torch.no_grad()
    def load(self, store: WeightStore) -> None:
        """Take the weights of the store; what it lacks follows from its key. The store stays as it is."""
        fresh: dict[int, Mapping[str, Tensor]] = {}
        for binding in self._bindings:
            parameter = binding.parameter
            if not all(store.holds(each.key, tuple(each.of(parameter).shape)) for each in binding.pieces):
                if binding.node not in fresh:
                    fresh[binding.node] = self._first_weights(binding.node)
                parameter.copy_(fresh[binding.node][binding.name])
            for piece in binding.pieces:
                part = piece.of(parameter)
                part.copy_(store.read(piece.key, part))

    @torch.no_grad()
    def save(self, store: WeightStore) -> None:
        """Put the weights into the store."""
        for binding in self._bindings:
            for piece in binding.pieces:
                store.write(piece.key, piece.of(binding.parameter))

    @torch.no_grad()
    def load_state(self, store: WeightStore, optimizer: Optimizer) -> None:
        """Give a new optimizer of this network the state that the store has."""
        for binding in self._bindings:
            parts = [(piece, store.read_state(piece.key, piece.of(binding.parameter))) for piece in binding.pieces]
            for name in {name: None for _, state in parts for name in state}:
                optimizer.state[binding.parameter][name] = _joined(binding.parameter, parts, name)

    @torch.no_grad()
    def save_state(self, store: WeightStore, optimizer: Optimizer) -> None:
        """Put the optimizer's state into the store; the weights must be there."""
        for binding in self._bindings:
            state = optimizer.state.get(binding.parameter, {})
            for piece in binding.pieces:
                store.write_state(piece.key, {name: _part(piece, value) for name, value in state.items()})

    def _first_weights(self, node: int) -> Mapping[str, Tensor]:
        graph = self.network.graph
        seed = seed_of_key(self._seed, self._keys[node])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            module = graph.nodes[node].part.build(graph.input_types(node))
            self._initialise(module, seed)
        return dict(module.named_parameters())


def _bindings(network: Network, keys: tuple[str, ...]) -> Iterator[Binding]:
    graph = network.graph
    owned = {graph.owners[index]: part for index, part in network.between().live_parts.items()}
    for node, part in owned.items():
        for name, parameter in part.named_parameters():
            yield Binding(parameter, tuple(_pieces(graph, keys, node, part, (name, parameter))), node, name)


def _pieces(
    graph: Graph, keys: tuple[str, ...], node: int, part: nn.Module, named: tuple[str, nn.Parameter]
) -> Iterator[Piece]:
    """Yield the parts of a parameter; what a join learns of a branch belongs to what it reads there."""
    name, parameter = named
    size = parameter.shape[-1] if parameter.dim() else 0
    key = keys[node]
    sources = _sources(graph, keys, node)
    if isinstance(part, ConcatJoin):
        for source, where in zip(sources, part.slices, strict=True):
            yield Piece(f"{key} {name} of {source}", where.start, where.stop)
    elif isinstance(part, BranchJoin) and (found := _BRANCH.fullmatch(name)):
        yield Piece(f"{key} {found[1]} {found[3]} of {sources[int(found[2])]}", 0, size)
    elif isinstance(part, BranchJoin) and name in part.by_branch:
        for position, source in enumerate(sources):
            yield Piece(f"{key} {name} of {source}", position, position + 1)
    else:
        shape = "" if isinstance(part, _SLICED) else f" {tuple(parameter.shape)}"
        yield Piece(f"{key} {name}{shape}", 0, size)


def _sources(graph: Graph, keys: tuple[str, ...], node: int) -> list[str]:
    """Return the keys of what a node reads; one that it reads again has a number."""
    found: list[str] = []
    for source in graph.nodes[node].inputs:
        count = sum(1 for index in graph.nodes[node].inputs[: len(found)] if index == source)
        found.append(keys[source] + (f" again {count}" if count else ""))
    return found


def _joined(parameter: Tensor, parts: list[tuple[Piece, Slot]], name: str) -> object:
    known = [(piece, state[name]) for piece, state in parts if name in state]
    first = known[0][1]
    if not isinstance(first, Tensor) or first.dim() == 0:
        return max(value for _, value in known)
    whole = torch.zeros_like(parameter)
    for piece, value in known:
        piece.of(whole).copy_(value)
    return whole


def _part(piece: Piece, value: object) -> object:
    return piece.of(value) if isinstance(value, Tensor) and value.dim() > 0 else value
