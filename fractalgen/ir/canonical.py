"""The canonical listing of a graph: equal exactly for graphs that compute the same function family.

The listing describes the graph completely, so that two different graphs never share one; what must be canonical is
the numbering. Numbers come from a post-order walk from the outputs. Inputs of commutative joins are walked in the
order of their colours: hashes of what lies above and below each node, refined until stable (Weisfeiler and Lehman).
Where colours tie, one node is individualised and the rest refined again, and the least listing wins (McKay and
Piperno, "Practical graph isomorphism, II", 2014); a candidate whose listing equals the first one's is an automorphic
image of it, so its subtree needs no search.

Most ties need none of that: equal branches from the same nodes into one join, of which nothing else reads a part, can
change places (`_find_twins`), so that any order of them gives the same listing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fractalgen.ir.graph import Graph, Node

_MAX_PICKS = 16
"""How many times alternatives are tried; later ties are broken as listed, which is right for symmetric ones."""

Colours = list[bytes]


@dataclass(frozen=True)
class Canonical:
    """A canonical numbering.

    Attributes:
        order: Node indices by canonical number; nodes that no output needs are left out.
        listing: The graph as text, in canonical numbers.
    """

    order: tuple[int, ...]
    listing: str

    @property
    def digest(self) -> str:
        """SHA-256 of the listing, as hexadecimal text."""
        return hashlib.sha256(self.listing.encode()).hexdigest()


def canonical(graph: Graph) -> Canonical:
    """Return the canonical numbering of a graph with types; names and provenance do not count."""
    return _Canonicaliser(graph).run()


class _Canonicaliser:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        texts: dict[int, str] = {}
        for node in graph.nodes:
            if id(node.part) not in texts:
                texts[id(node.part)] = repr(node.part)
        members = Counter(node.share for node in graph.nodes)
        self._texts = [_describe(node, texts[id(node.part)], members[node.share]) for node in graph.nodes]
        self._free = [node.is_join and node.part.commutative for node in graph.nodes]
        self._uses: list[list[tuple[int, str]]] = []
        self._twins: Sequence[int] = range(len(graph.nodes))

    def run(self) -> Canonical:
        colours = self._from_above()
        if self._ties(colours):
            self._uses = self._find_uses()
            self._twins = self._find_twins()
        if self._ties(colours):
            return self._search(colours, 0)
        return self._numbered(colours)

    def _from_above(self) -> Colours:
        colours: Colours = []
        for index, node in enumerate(self._graph.nodes):
            colours.append(_hash(self._texts[index], *self._input_colours(index, node, colours)))
        return colours

    def _input_colours(self, index: int, node: Node, colours: Sequence[bytes]) -> list[bytes]:
        columns = node.columns
        if columns is None:
            found = [colours[source] for source in node.inputs]
        else:
            found = [colours[s] + repr(c).encode() for s, c in zip(node.inputs, columns, strict=True)]
        return sorted(found) if self._free[index] else found

    def _find_uses(self) -> list[list[tuple[int, str]]]:
        """Return for each node who reads it, and as which input where the order counts."""
        uses: list[list[tuple[int, str]]] = [[] for _ in self._graph.nodes]
        for index, node in enumerate(self._graph.nodes):
            for position, source in enumerate(node.inputs):
                slot = "" if self._free[index] else str(position)
                uses[source].append((index, slot + (repr(node.columns[position]) if node.columns else "")))
        for position, output in enumerate(self._graph.outputs):
            uses[output].append((-1, str(position)))
        return uses

    def _find_twins(self) -> list[int]:
        """Return a number for each node; inputs of one commutative join with one number can change places.

        A node with one reader ends a branch of its own. Two such branches are equal when they do the same to the same
        nodes outside of them, with the same shared weights.
        """
        numbers: dict[Any, int] = {}
        twins: list[int] = []
        for index, node in enumerate(self._graph.nodes):
            reads = [(twins[source], column) for source, column in self._columned(node)]
            alone = len(self._uses[index]) == 1 and self._uses[index][0][0] >= 0 and bool(node.inputs)
            key = (self._texts[index], node.share, tuple(sorted(reads) if self._free[index] else reads))
            twins.append(numbers.setdefault(key if alone else index, len(numbers)))
        return twins

    def _refine(self, colours: Colours) -> Colours:
        classes = len(set(colours))
        while True:
            new = []
            for index, node in enumerate(self._graph.nodes):
                below = sorted(
                    (colours[user] if user >= 0 else b"output") + slot.encode() for user, slot in self._uses[index]
                )
                above = self._input_colours(index, node, colours)
                new.append(_hash("", colours[index], *above, b"|", *below))
            colours = new
            count = len(set(colours))
            if count == classes:
                return colours
            classes = count

    def _ties(self, colours: Colours) -> set[bytes]:
        """Return the colours that inputs of one commutative join share which cannot change places for all we know."""
        ties: set[bytes] = set()
        for index, node in enumerate(self._graph.nodes):
            if not self._free[index]:
                continue
            seen: dict[Any, int] = {}
            for position, source in enumerate(node.inputs):
                key = (colours[source], node.columns[position] if node.columns else None)
                if self._twins[seen.setdefault(key, source)] != self._twins[source]:
                    ties.add(colours[source])
        return ties

    def _search(self, colours: Colours, picks: int) -> Canonical:
        """Return the least listing over the choices that ties leave open."""
        colours = self._refine(colours)
        ties = self._ties(colours)
        if not ties:
            return self._numbered(colours)
        colour = min(ties)
        members = [index for index, other in enumerate(colours) if other == colour]
        best = self._search(_picked(colours, members[0]), picks + 1)
        if picks >= _MAX_PICKS:
            return best
        first = self._leaf(_picked(colours, members[0])).listing
        for member in members[1:]:
            picked = _picked(colours, member)
            if self._leaf(picked).listing != first:
                best = min(best, self._search(picked, picks + 1), key=lambda found: found.listing)
        return best

    def _leaf(self, colours: Colours) -> Canonical:
        """Return the listing when every further tie is broken as listed."""
        while True:
            colours = self._refine(colours)
            ties = self._ties(colours)
            if not ties:
                return self._numbered(colours)
            colour = min(ties)
            colours = _picked(colours, colours.index(colour))

    def _numbered(self, colours: Colours) -> Canonical:
        number: dict[int, int] = {}
        inputs = [self._ordered_inputs(index, node, colours) for index, node in enumerate(self._graph.nodes)]
        stack = [(output, False) for output in reversed(self._graph.outputs)]
        while stack:
            index, ready = stack.pop()
            if index in number:
                continue
            if ready:
                number[index] = len(number)
                continue
            stack.append((index, True))
            stack += [(source, False) for source, _ in reversed(inputs[index]) if source not in number]
        lines = []
        first: dict[str, int] = {}
        for index, own in number.items():
            share = self._graph.nodes[index].share
            shared = "" if share is None else f"@{first.setdefault(share, own)}"
            reads = [f"{number[source]}{column}" for source, column in inputs[index]]
            lines.append(f"{self._texts[index]}{shared}({','.join(sorted(reads) if self._free[index] else reads)})")
        lines.append("return " + ",".join(str(number[output]) for output in self._graph.outputs))
        return Canonical(tuple(number), "\n".join(lines))

    def _ordered_inputs(self, index: int, node: Node, colours: Colours) -> list[tuple[int, str]]:
        pairs = self._columned(node)
        return sorted(pairs, key=lambda pair: (colours[pair[0]], pair[1])) if self._free[index] else pairs

    @staticmethod
    def _columned(node: Node) -> list[tuple[int, str]]:
        """Return each input with the columns that take it, as text."""
        columns = [repr(c) for c in node.columns] if node.columns else [""] * len(node.inputs)
        return list(zip(node.inputs, columns, strict=True))


def _describe(node: Node, part: str, members: int) -> str:
    """Return what a node is by itself: of shared weights, how many nodes have them, but not the key's name."""
    if not node.inputs:
        return f"{part}:{node.type}"
    return part + ("?" if node.columns is not None else "") + (f"@{members}" if node.share is not None else "")


def _picked(colours: Colours, index: int) -> Colours:
    changed = list(colours)
    changed[index] = _hash("picked", colours[index])
    return changed


def _hash(text: str, *parts: bytes) -> bytes:
    state = hashlib.blake2b(text.encode(), digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(2, "big"))
        state.update(part)
    return state.digest()
