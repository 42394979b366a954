"""`residual_bus` and `site` in the language: what they become, and what they count."""

import jsonschema
import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.ir.build import build_graph
from fractalgen.ir.schema import schema
from fractalgen.passes import Simplify, expand, facts, fingerprint
from fractalgen.passes.enumerate import Enumeration
from fractalgen.spec import load_text
from fractalgen.spec.tree import parse

LAYER = "{sequence: [layer_norm, linear]}"
BUS = "{residual_bus: {streams: 4, kind: KIND, body: BODY}}"


def text(body, source="[6, 64]", more=""):
    return f"network: {{input: {source}, body: {body}}}\n{more}"


def graph(body, source="[6, 64]", more="", kind="hyper_connection"):
    return expand(load_text(text(BUS.replace("KIND", kind).replace("BODY", body), source, more)))


def kinds(found, name):
    return [node for node in found.nodes if node.kind == name]


def sites(found):
    return [node.part.site for node in kinds(found, "hyper_connection")]


SITE = """
graph <text>: 7 nodes
%0 = input : 3x8x8  # input
%1 = open_bus(%0) {streams: 4} : 4 streams of 3x8x8  # open_bus
%2 = hyper_connection(%1) : 24  # hyper_connection
%3 = read_streams(%1, %2) : 3x8x8  # read_streams
%4 = relu(%3) : 3x8x8  # relu
%5 = write_streams(%1, %2, %4) : 4 streams of 3x8x8  # write_streams
%6 = close_bus(%5) : 3x8x8  # close_bus
return %6
"""


def test_a_site_is_its_weights_a_read_its_layer_and_a_write():
    assert str(graph("{site: relu}", "[3, 8, 8]")) == SITE.strip()


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("hyper_connection", 4 * 6),
        ("{hyper_connection: {dynamic: false}}", 4 * 6),
        ("{hyper_connection: {dynamic: true}}", 64 * 6 + 4 * 6 + 2 + 2 * 64),
        ("manifold", 6_171),
        ("{manifold: {rounds: 5}}", 6_171),
    ],
)
def test_what_a_site_learns(kind, parameters):
    found = facts(graph("{repeat: {times: 3, body: {site: relu}}}", kind=kind))
    assert found.parameters == 3 * parameters
    assert facts(graph("{site: relu}", "[64, 5, 5]", kind=kind)).parameters == parameters


@pytest.mark.parametrize(("n", "c"), [(2, 8), (4, 16), (5, 12)])
@pytest.mark.parametrize(
    ("kind", "formula"),
    [
        ("hyper_connection", lambda n, c: n * (n + 2)),
        ("{hyper_connection: {dynamic: true}}", lambda n, c: c * (n + 2) + n * (n + 2) + 2 + 2 * c),  # 2 c: the norm
        ("manifold", lambda n, c: (2 * n + n**2) * (n * c + 1) + 3),
    ],
)
def test_what_a_site_learns_is_the_formula_of_the_paper(kind, formula, n, c):
    body = f"{{residual_bus: {{streams: {n}, kind: {kind}, body: {{site: gelu}}}}}}"
    assert facts(expand(load_text(text(body, f"[3, {c}]")))).parameters == formula(n, c)


def test_a_read_costs_n_and_a_write_n_squared_and_n_products_an_element():
    assert facts(graph("{site: relu}")).macs == (4 + 4 * 4 + 4) * 6 * 64
    assert facts(graph("{site: relu}", kind="manifold")).macs == (4 + 4 * 4 + 4) * 6 * 64 + 6 * 24 * 4 * 64


def test_four_streams_when_none_are_asked_for():
    found = expand(load_text(text("{residual_bus: {kind: manifold, body: {site: relu}}}")))
    assert str(found.nodes[1].type) == "4 streams of 6x64"


def test_sites_are_numbered_as_they_are_written_out_also_in_one_shared_term():
    block = "rules: {block: {parameters: {unit: {type: layer}}, body: {sequence: [unit, {site: relu}]}}}"
    body = "{sequence: [{repeat: {times: 2, body: {block: {unit: {site: LAYER}}}}}, {block: {unit: identity}}]}"
    assert sites(graph(body.replace("LAYER", LAYER), more=block)) == [0, 1, 2, 3, 4]


def test_a_bus_inside_of_a_site_numbers_its_own_sites():
    inner = "{residual_bus: {streams: 2, kind: hyper_connection, body: {sequence: [{site: relu}, {site: relu}]}}}"
    found = graph("{sequence: [{site: gelu}, {site: INNER}, {site: gelu}]}".replace("INNER", inner))
    assert sites(found) == [0, 1, 0, 1, 2]


def test_sites_of_a_fractal_collapse_their_joins_and_have_columns():
    found = graph("{fractal: {columns: 3, unit: {site: {sequence: [layer_norm, conv]}}}}", "[4, 8, 8]")
    assert sites(found) == list(range(7))
    joins = [len(node.inputs) for node in kinds(found, "mean")]
    assert (joins, found.columns) == ([2, 3], 3)
    assert all(node.type.streams == 4 for node in kinds(found, "mean"))
    assert [column.depth for column in facts(found).columns] == [1, 2, 4]


def test_a_column_of_a_bus_is_the_net_with_its_sites_alone():
    unit = "{site: {sequence: [layer_norm, conv]}}"
    net = compile_graph(graph(f"{{fractal: {{columns: 2, unit: {unit}}}}}", "[4, 8, 8]")).eval()
    plain = compile_graph(graph(f"{{sequence: [{unit}, {unit}]}}", "[4, 8, 8]")).eval()
    torch.manual_seed(0)
    second = ("fractal.SITE_2", "fractal.SITE_3")
    for name in ("hyper_connection", "layer_norm", "conv"):
        for theirs, ours in zip(second, (name, f"{name}_2"), strict=True):
            module = net.get_submodule(theirs.replace("SITE", name))
            for parameter in module.parameters():
                torch.nn.init.normal_(parameter)
            plain.get_submodule(ours).load_state_dict(module.state_dict())
    x = torch.randn(3, 4, 8, 8)
    torch.testing.assert_close(net.column(2)(x), plain(x))


def test_drop_path_drops_sites_whole():
    spec = load_text(
        text(
            "{residual_bus: {kind: manifold, body: {fractal: {columns: 3, unit: {site: conv}}}}}",
            "[4, 8, 8]",
            "drop_path: {rate: 0.5}",
        )
    )
    net = compile_graph(expand(spec), spec.drop_path).train()
    x = torch.randn(2, 4, 8, 8)
    assert len({round(float(net(x).detach().sum()), 3) for _ in range(20)}) > 3


@pytest.mark.parametrize("mode", ["mean", "sum", "max", "learned"])
def test_joins_merge_states(mode):
    found = graph(f"{{join: {{mode: {mode}, adapt: project, branches: [{{site: relu}}, identity, {{site: gelu}}]}}}}")
    assert str(kinds(found, mode)[0].type) == "4 streams of 6x64"
    assert compile_graph(found)(torch.randn(2, 6, 64)).shape == (2, 6, 64)


def test_taps_graphs_and_loops_hold_states():
    widths = "{foreach: {over: {out: [3, 5]}, body: {site: {sequence: [{linear: {out: $out}}, {linear: {out: 64}}]}}}}"
    body = (
        "{graph: {output: d, nodes: {a: {of: {tap: {name: state, of: {site: relu}}}, from: input}, "
        "b: {of: WIDTHS, from: a}, d: {of: {join: {mode: sum}}, from: [a, b, state]}}}}"
    )
    found = graph(body.replace("WIDTHS", widths))
    assert [str(node.type) for node in kinds(found, "sum")] == ["4 streams of 6x64"]
    assert sites(found) == [0, 1, 2]


def test_the_number_of_a_site_is_no_part_of_the_function_family():
    a, b = "{sequence: [{site: relu}, {site: gelu}]}", "{site: silu}"
    join = "{join: {mode: mean, branches: [A, B]}}"
    one, other = [graph(join.replace("A", x).replace("B", y)) for x, y in ((a, b), (b, a))]
    assert sites(one) == sites(other) == [0, 1, 2]
    assert fingerprint(one) == fingerprint(other)
    others = [graph(a), graph(a, kind="manifold"), graph(a, kind="{hyper_connection: {dynamic: true}}")]
    assert len({fingerprint(each) for each in others}) == 3


def test_limits_count_what_a_bus_adds():
    found = graph("{repeat: {times: 5, body: {site: relu}}}")
    assert len(found.nodes) == 1 + 2 + 5 * 4
    assert found.nodes[-1].kind == "close_bus"
    spec = load_text(text(BUS.replace("KIND", "manifold").replace("BODY", "{repeat: {times: 5, body: {site: relu}}}")))
    term = build_graph(spec).program.term
    assert (term.nodes, term.longest) == (22, 22)


def test_the_graph_of_rules_shows_the_bus_around_its_calls():
    spec = text(BUS.replace("KIND", "manifold").replace("BODY", "{plain: {unit: {site: relu}, depth: 2}}"))
    assert [node.kind for node in build_graph(load_text(spec)).nodes] == [
        "input",
        "open_bus",
        "rule_call",
        "close_bus",
    ]


def test_kinds_streams_and_layers_can_be_holes():
    body = BUS.replace("4", "{choice: [2, 4]}").replace("BODY", "{site: {choice: [relu, gelu]}}")
    body = body.replace("KIND", "{choice: [manifold, {hyper_connection: {dynamic: {choice: [true, false]}}}]}")
    found = Enumeration(load_text(text(body)))
    assert len(list(found)) == 12
    assert (found.visited, found.buildable) == (12, 12)


def test_a_kind_can_come_from_a_parameter_and_streams_from_a_loop():
    rules = "rules: {wide: {parameters: {n: {type: int}, k: {type: choice, of: [manifold]}}, body: {residual_bus: {streams: $n, kind: $k, body: {site: relu}}}}}"
    found = expand(
        load_text(text("{repeat: {times: 3, as: i, body: {wide: {n: '${i + 1}', k: manifold}}}}", more=rules))
    )
    assert [node.part.streams for node in kinds(found, "open_bus")] == [1, 2, 3]


def test_simplification_keeps_every_site():
    found = graph("{sequence: [{site: relu}, {site: relu}]}")
    assert Simplify()(found) is found


SQUIGGLES = [
    ("{kind: manifold, body: {site: relu}}", True),
    ("{streams: 2, kind: {hyper_connection: {dynamic: true}}, body: {site: {conv: {out: 3}}}}", True),
    ("{streams: {choice: [2, 4]}, kind: {choice: [manifold]}, body: {site: relu}}", True),
    ("{kind: manifld, body: {site: relu}}", False),
    ("{kind: {manifold: {dynamic: true}}, body: {site: relu}}", False),
    ("{kind: {hyper_connection: {site: 1}}, body: {site: relu}}", False),
    ("{streams: 65, kind: manifold, body: {site: relu}}", False),
    ("{kind: manifold}", False),
    ("{kind: manifold, body: {site: {conv: {out: wide}}}}", False),
]


@pytest.mark.parametrize(("bus", "fits"), SQUIGGLES)
def test_the_schema_knows_buses(bus, fits):
    found = parse(text(f"{{residual_bus: {bus}}}", "[3, 8, 8]"), "f.yaml").plain()
    assert jsonschema.Draft202012Validator(schema()).is_valid(found) is fits
