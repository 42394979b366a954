"""Tree -> expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from fractalgen.errors import ParameterError, Place, SpecError, SpecSyntaxError, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.spec.expressions import (
    BusExpr,
    CallExpr,
    Expression,
    ForeachExpr,
    FromExpr,
    GraphExpr,
    GraphNodeExpr,
    IdentityExpr,
    JoinExpr,
    RecurseExpr,
    RepeatExpr,
    SequenceExpr,
    SiteExpr,
    TapExpr,
)
from fractalgen.spec.formula import formula_of
from fractalgen.spec.tree import Tree
from fractalgen.spec.wording import show


def parse_expression(tree: Tree) -> Expression:
    """Return the expression in `tree`.

    Raises:
        SpecError: it is none; the place is that of the wrong part.
    """
    return _parse_cached(tree)


@lru_cache(maxsize=65_536)
def _parse_cached(tree: Tree) -> Expression:
    if isinstance(tree.value, str):
        word, body = tree.value, Tree({}, tree.place, {})
    elif tree.is_map and len(tree.value) == 1:
        ((word, body),) = tree.value.items()
    else:
        raise SpecSyntaxError(
            f"an expression is one word, or a mapping with one key; found {_found(tree)}",
            "Put several expressions into `sequence: [...]`.",
            tree.place,
        )
    if "$" in word:
        raise SpecSyntaxError(
            f"{word!r} stands where structure is built", "A layer parameter is named without $.", tree.place
        )
    parser = _WORDS.get(word)
    return parser(body, tree.place) if parser else _call(word, body, tree)


def _found(tree: Tree) -> str:
    if tree.is_map:
        keys = list(tree.value)
        return f"a mapping with the keys {', '.join(map(repr, keys[:6]))}" if keys else "an empty mapping"
    return f"a list of {len(tree.value)}" if tree.is_list else show(tree.value)


def _call(word: str, body: Tree, tree: Tree) -> CallExpr:
    arguments = _mapping(word, body)
    return CallExpr(tree.place, names_in(tree), word, tuple(arguments.items()))


def _identity(body: Tree, place: Place) -> Expression:
    if body.value not in ({}, None):
        raise ParameterError("identity takes no parameters", "Write `identity`.", body.place)
    return IdentityExpr(place, frozenset())


def _sequence(body: Tree, place: Place) -> Expression:
    if not body.is_list or not body.value:
        raise ParameterError(
            f"sequence needs a list of expressions, found {_found(body)}",
            "Write `sequence: [a, b]`.",
            body.place,
        )
    parts = tuple(parse_expression(part) for part in body.value)
    return SequenceExpr(place, _union(parts), parts)


def _repeat(body: Tree, place: Place) -> Expression:
    fields = _fields("repeat", body, required=("times", "body"), optional=("as",))
    inner = parse_expression(fields["body"])
    index = _index_name(fields.get("as"))
    return RepeatExpr(place, (inner.names - {index}) | names_in(fields["times"]), fields["times"], index, inner)


def _foreach(body: Tree, place: Place) -> Expression:
    fields = _fields("foreach", body, required=("over", "body"), optional=("as",))
    over = fields["over"]
    if not over.is_map or not over.value:
        raise ParameterError(
            f"foreach.over needs a mapping of names to lists, found {_found(over)}",
            "Write `over: {width: [64, 128]}`.",
            over.place,
        )
    inner = parse_expression(fields["body"])
    index = _index_name(fields.get("as"))
    names = (inner.names - {index, *over.value}) | names_in(over)
    return ForeachExpr(place, names, tuple(over.items()), index, inner)


def _join(body: Tree, place: Place) -> Expression:
    fields = _fields("join", body, required=("mode",), optional=("branches", "droppable", "adapt"))
    listed = fields.get("branches")
    branches: tuple[Expression, ...] | RepeatExpr | ForeachExpr | None
    if listed is None:
        branches, names = None, frozenset[str]()
    elif listed.is_list and listed.value:
        branches = tuple(parse_expression(branch) for branch in listed.value)
        names = _union(branches)
    else:
        rounds = parse_expression(listed) if listed.is_map else None
        if not isinstance(rounds, RepeatExpr | ForeachExpr):
            raise ParameterError(
                f"join.branches needs a list of expressions, repeat or foreach; found {_found(listed)}",
                "Write `branches: [a, b]`.",
                listed.place,
            )
        branches, names = rounds, rounds.names
    scalars = frozenset().union(*(names_in(fields[key]) for key in ("mode", "droppable", "adapt") if key in fields))
    return JoinExpr(place, names | scalars, fields["mode"], branches, fields.get("droppable"), fields.get("adapt"))


def _recurse(body: Tree, place: Place) -> Expression:
    overrides = tuple(_mapping("recurse", body).items())
    return RecurseExpr(place, names_in(body) | {"recurse"}, overrides)


def _tap(body: Tree, place: Place) -> Expression:
    fields = _fields("tap", body, required=("name", "of"), optional=())
    inner = parse_expression(fields["of"])
    return TapExpr(place, inner.names | names_in(fields["name"]) | {"tap"}, fields["name"], inner)


def _from(body: Tree, place: Place) -> Expression:
    if not isinstance(body.value, str):
        raise ParameterError(f"from needs the name of a tap, found {_found(body)}", "Write `{from: skip}`.", body.place)
    return FromExpr(place, names_in(body) | {"from"}, body)


def _graph(body: Tree, place: Place) -> Expression:
    fields = _fields("graph", body, required=("nodes", "output"), optional=())
    nodes = fields["nodes"]
    if not nodes.is_map or not nodes.value:
        raise ParameterError(
            f"graph.nodes needs a mapping of names to nodes, found {_found(nodes)}",
            "Write `nodes: {a: {of: conv, from: input}}`.",
            nodes.place,
        )
    parsed = tuple(_graph_node(name, child, nodes.key_place(name)) for name, child in nodes.items())
    names = _union(tuple(node.of for node in parsed)) | names_in(body) | {"from"}
    return GraphExpr(place, names, parsed, fields["output"])


def _graph_node(name: str, body: Tree, place: Place) -> GraphNodeExpr:
    if not name.isidentifier() or name in ("input", "loose"):
        raise ParameterError(f"a node cannot be called {name!r}", "", place)
    fields = _fields(name, body, required=("of", "from"), optional=())
    sources = fields["from"].value if fields["from"].is_list else (fields["from"],)
    if not sources:
        raise ParameterError(f"the node {name!r} reads nothing", "Write `from: input`.", fields["from"].place)
    return GraphNodeExpr(name, parse_expression(fields["of"]), sources, place)


def _bus(body: Tree, place: Place) -> Expression:
    fields = _fields("residual_bus", body, required=("kind", "body"), optional=("streams",))
    inner = parse_expression(fields["body"])
    streams = fields.get("streams")
    scalars = names_in(fields["kind"]) | (names_in(streams) if streams is not None else frozenset())
    return BusExpr(place, inner.names | scalars, streams, fields["kind"], inner)


def _site(body: Tree, place: Place) -> Expression:
    if body.value in ({}, None):
        raise ParameterError("site needs a layer, found nothing", "Write `site: LAYER`.", place)
    layer = parse_expression(body)
    return SiteExpr(place, layer.names, layer)


_WORDS: dict[str, Callable[[Tree, Place], Expression]] = {
    "identity": _identity,
    "sequence": _sequence,
    "repeat": _repeat,
    "foreach": _foreach,
    "join": _join,
    "recurse": _recurse,
    "tap": _tap,
    "from": _from,
    "graph": _graph,
    "residual_bus": _bus,
    "site": _site,
}
EXPRESSION_WORDS = frozenset(_WORDS)


def _union(parts: tuple[Expression, ...]) -> frozenset[str]:
    return frozenset().union(*(part.names for part in parts))


def _mapping(word: str, body: Tree) -> Mapping[str, Tree]:
    if body.value is None:
        return {}
    if not body.is_map:
        raise ParameterError(
            f"{word!r} takes named parameters, found {_found(body)}",
            f"Write `{word}: {{name: value}}`.",
            body.place,
        )
    return dict(body.items())


def _fields(word: str, body: Tree, required: tuple[str, ...], optional: tuple[str, ...]) -> Mapping[str, Tree]:
    fields = _mapping(word, body)
    for key in fields:
        if key not in required + optional:
            raise UnknownNameError(
                f"{word!r} has no key {key!r}", suggest(key, required + optional), body.key_place(key)
            )
    for key in required:
        if key not in fields:
            raise ParameterError(f"{word!r} needs the key {key!r}", "", body.place)
    return fields


def _index_name(tree: Tree | None) -> str | None:
    if tree is None:
        return None
    if not isinstance(tree.value, str) or not tree.value.isidentifier():
        raise ParameterError(f"'as' needs a name, found {_found(tree)}", "Write `as: i`.", tree.place)
    return tree.value


@lru_cache(maxsize=65_536)
def names_in(tree: Tree) -> frozenset[str]:
    """Return every word in `tree` that could be a name: bare words, keys and the names that formulas read."""
    found: set[str] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        stack.extend(node.children())
        found.update(key for key, _ in node.items())
        if isinstance(node.value, str):
            found.update(_names_of_text(node.value, node.place))
    return frozenset(found)


def _names_of_text(text: str, place: Place) -> frozenset[str]:
    try:
        formula = formula_of(text, place)
    except SpecError:
        return frozenset()
    return formula.names if formula else frozenset((text,))
