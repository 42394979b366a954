"""`residual_bus` and `site` expressions -> terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fractalgen.errors import ParameterError
from fractalgen.ir import terms
from fractalgen.ir.buses import CONNECTIONS
from fractalgen.ir.environment import Environment
from fractalgen.ir.parts import Part, make
from fractalgen.ir.terms import Term
from fractalgen.spec.expressions import BusExpr, SiteExpr
from fractalgen.spec.limits import MAX_STREAMS
from fractalgen.spec.tree import Tree
from fractalgen.spec.wording import show

if TYPE_CHECKING:
    from fractalgen.ir.evaluate import Evaluator

STREAMS = 4
"""How many streams a bus has when none are asked for: what both papers use."""


def bus_term(evaluator: Evaluator, expression: BusExpr, environment: Environment) -> Term:
    """Return the term of a `residual_bus` expression.

    Raises:
        SpecError: a kind that there is not, or a parameter of it that is wrong.
    """
    streams = STREAMS
    if expression.streams is not None:
        name = "residual_bus.streams"
        streams = evaluator.arguments.whole(name, expression.streams, environment, 1, MAX_STREAMS)
    connection = _connection(evaluator, expression.kind, environment)
    return terms.bus(expression.place, streams, connection, evaluator.term(expression.body, environment))


def site_term(evaluator: Evaluator, expression: SiteExpr, environment: Environment) -> Term:
    """Return the term of a `site` expression."""
    return terms.site(expression.place, evaluator.term(expression.layer, environment))


def _connection(evaluator: Evaluator, tree: Tree, environment: Environment) -> Part:
    """Return a connection: `manifold`, `$kind` or `{hyper_connection: {dynamic: true}}`."""
    if not tree.is_map:
        name = evaluator.arguments.fixed(tree, environment)
        if not isinstance(name, str):
            hint = f"Known: {', '.join(CONNECTIONS)}."
            raise ParameterError(f"the kind of a connection is needed here, found {show(name)}", hint, tree.place)
        return make(CONNECTIONS.get(name, tree.place), name, {}, tree.place)
    if len(tree.value) != 1:
        raise ParameterError(f"a connection is one word or one key, found {tree.text()}", "", tree.place)
    ((name, body),) = tree.value.items()
    part = CONNECTIONS.get(name, tree.key_place(name))
    if not body.is_map:
        raise ParameterError(f"{name!r} takes named parameters, found {body.text()}", "", body.place)
    values = {key: evaluator.arguments.fixed(child, environment) for key, child in body.items()}
    return make(part, name, values, tree.place, lambda key: body.value[key].place)
