"""Rules that call each other without end are named; a rule around itself by layer arguments is none of them."""

import pytest

from fractalgen.errors import CycleError, GraphError
from fractalgen.passes import expand
from fractalgen.spec import load_text

NET = "network: {input: [8, 8, 8], body: BODY}\nrules:\n"


def graph_of(body, rules):
    return expand(load_text(NET.replace("BODY", body) + rules, "f.yaml"))


@pytest.mark.parametrize(
    ("rules", "circle", "place"),
    [
        ("  a: {body: a}\n", "a -> a", "f.yaml:3:13: rules.a.body"),
        ("  a: {body: b}\n  b: {body: {sequence: [relu, a]}}\n", "a -> b -> a", "f.yaml:4:31: rules.b.body.sequence"),
        ("  a: {body: b}\n  b: {body: c}\n  c: {body: b}\n", "b -> c -> b", "f.yaml:5:13: rules.c.body"),
        ("  a: {body: {fractal: {columns: 2, unit: a}}}\n", "a -> a", "f.yaml:3:42: rules.a.body.fractal.unit"),
        ("  a: {parameters: {u: {type: layer, default: a}}, body: u}\n", "a -> a", "f.yaml:3:46: rules.a.parameters.u"),
        ("  a: {parameters: {n: {type: int, default: 0}}, body: {a: {n: '${n + 1}'}}}\n", "a -> a", "f.yaml:3:55"),
        ("  a: {levels: 3, base: relu, step: {sequence: [recurse, a]}}\n", "a -> a", "f.yaml:3:57"),
    ],
)
def test_a_circle_of_rules_is_named_at_the_call_that_closes_it(rules, circle, place):
    with pytest.raises(CycleError, match=f"rules call each other in a circle: {circle}. Write a recursion") as found:
        graph_of("a", rules)
    assert str(found.value).startswith(place)


def test_a_long_circle_is_cut():
    rules = "".join(f"  r{i}: {{body: r{(i + 1) % 100}}}\n" for i in range(100))
    with pytest.raises(
        CycleError, match=r"circle: r0 -> r1 -> r2 -> r3 -> r4 -> r5 -> \.\.\. -> r95 .* -> r99 -> r0\."
    ):
        graph_of("r0", rules)


def test_a_deep_chain_of_rules_is_no_circle():
    rules = "".join(f"  r{i}: {{body: r{i + 1}}}\n" for i in range(2_100)) + "  r2100: {body: relu}\n"
    with pytest.raises(GraphError, match="nested too deeply"):
        graph_of("r0", rules)


def test_towers_around_towers_by_layer_arguments_are_deep_but_no_circle():
    rules = "  t: {parameters: {u: {type: layer}}, levels: 256, base: u, step: recurse}\n"
    body = "relu"
    for _ in range(8):
        body = f"{{t: {{u: {body}}}}}"
    with pytest.raises(GraphError, match="nested too deeply"):
        graph_of(body, rules)


def test_csp_around_csp_around_csp_expands():
    graph = graph_of(
        "{csp: {out: 8, inner: {csp: {out: 4, inner: {csp: {out: 2, inner: relu}}}}}}", "  a: {body: relu}\n"
    )
    assert sum(node.kind == "concat" for node in graph.nodes) == 3


def test_calls_that_end_by_their_own_arithmetic_expand():
    rules = "  a: {parameters: {n: {type: int}}, body: {repeat: {times: '${1 if n > 0 else 0}', body: {sequence: [relu, {a: {n: '${n - 1}'}}]}}}}\n"
    assert len(graph_of("{a: {n: 20}}", rules).nodes) == 21
