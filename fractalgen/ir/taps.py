"""Names of values while nodes are written out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fractalgen.errors import GraphError
from fractalgen.ir.graph import Scope
from fractalgen.ir.terms import Frame, TapTerm


class Taps:
    """The taps of every rule call or level that is being written out.

    Attributes:
        paths: Every tap by the path of its scope and its name -> its node.
        last: The taps of the scope that ended last.
    """

    def __init__(self) -> None:
        self.paths: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self._frames: dict[Frame, dict[str, int]] = {}

    @contextmanager
    def inside(self, frame: Frame, inputs: dict[str, int]) -> Iterator[None]:
        """Begin with the named inputs of a rule, and forget all names at the end."""
        before = self._frames.get(frame)
        self._frames[frame] = inputs
        yield
        self.last = self._frames.pop(frame)
        if before is not None:
            self._frames[frame] = before

    def add(self, term: TapTerm, node: int, scope: Scope | None) -> None:
        """Name a value.

        Raises:
            GraphError: the name is taken.
        """
        names = self._frames[term.frame]
        if term.name in names:
            raise GraphError(
                f"two values are called {term.name!r}", "Rename one, or put ${...} in the name.", term.place
            )
        names[term.name] = node
        path = base = ".".join((*(scope.path if scope else ()), term.name))
        count = 1
        while path in self.paths:
            count += 1
            path = f"{base}_{count}"
        self.paths[path] = node

    def find(self, frame: Frame, name: str) -> int | None:
        """Return the node of a name, or None."""
        return self._frames.get(frame, {}).get(name)

    def known(self, frame: Frame) -> list[str]:
        """Return the names that `find` knows."""
        return list(self._frames.get(frame, {}))
