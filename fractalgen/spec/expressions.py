"""The expressions that build structure, as frozen values.

Arguments of calls stay trees: only the op or rule that is called knows which of them are layers and which are scalars.
"""

from __future__ import annotations

from dataclasses import dataclass

from fractalgen.errors import Place
from fractalgen.spec.tree import Tree


@dataclass(frozen=True, eq=False)
class Expression:
    """Something that builds structure. `names` holds every name that its value can depend on."""

    place: Place
    names: frozenset[str]


@dataclass(frozen=True, eq=False)
class IdentityExpr(Expression):
    """The input itself."""


@dataclass(frozen=True, eq=False)
class SequenceExpr(Expression):
    """Parts one after another."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class RepeatExpr(Expression):
    """A body several times, `index` counting from 0."""

    times: Tree
    index: str | None
    body: Expression


@dataclass(frozen=True, eq=False)
class ForeachExpr(Expression):
    """A body once for each item of lists walked together."""

    over: tuple[tuple[str, Tree], ...]
    index: str | None
    body: Expression


@dataclass(frozen=True, eq=False)
class JoinExpr(Expression):
    """Branches that read one input, merged; without branches, the inputs of a graph's node."""

    mode: Tree
    branches: tuple[Expression, ...] | RepeatExpr | ForeachExpr | None
    droppable: Tree | None
    adapt: Tree | None


@dataclass(frozen=True, eq=False)
class RecurseExpr(Expression):
    """The rule that is being defined, one level down."""

    overrides: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, eq=False)
class CallExpr(Expression):
    """A layer parameter, a rule or an op by name."""

    name: str
    arguments: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, eq=False)
class TapExpr(Expression):
    """A value with a name, to be read later in the same body."""

    name: Tree
    of: Expression


@dataclass(frozen=True, eq=False)
class FromExpr(Expression):
    """The value of a tap or of a named input."""

    name: Tree


@dataclass(frozen=True, eq=False)
class GraphNodeExpr:
    """One node of a `graph`: an expression, and the names of what it reads."""

    name: str
    of: Expression
    sources: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True, eq=False)
class GraphExpr(Expression):
    """Named nodes with edges; `output` is a node's name, or `loose` for all that nobody reads, concatenated."""

    nodes: tuple[GraphNodeExpr, ...]
    output: Tree


@dataclass(frozen=True, eq=False)
class BusExpr(Expression):
    """A body between whose sites several streams flow instead of one tensor."""

    streams: Tree | None
    kind: Tree
    body: Expression


@dataclass(frozen=True, eq=False)
class SiteExpr(Expression):
    """A layer that reads the streams of its bus and writes them."""

    layer: Expression
