"""The rule language, by what it builds."""

import pytest

from fractalgen.errors import GraphError, ShapeError, SpecError
from fractalgen.passes import expand, facts
from fractalgen.spec import load_text


def graph_of(body, rules="", shape="[3, 8, 8]"):
    return expand(load_text(f"{rules}\nnetwork:\n  input: {shape}\n  body: {body}\n"))


def kinds(graph):
    return [node.kind for node in graph.nodes[1:]]


def join_sizes(graph):
    return [len(node.inputs) for node in graph.nodes if node.is_join]


def fractal(columns, extra=""):
    return f"{{fractal: {{columns: {columns}, unit: {{conv: {{out: 4}}}}{extra}}}}}"


@pytest.mark.parametrize("columns", range(1, 8))
def test_a_fractal_has_the_counts_of_the_paper(columns):
    graph = graph_of(fractal(columns))
    convs = [node for node in graph.nodes if node.kind == "conv"]
    assert len(convs) == 2**columns - 1
    assert sum(node.inputs == (0,) for node in convs) == columns
    assert len(join_sizes(graph)) == (2 ** (columns - 2) if columns >= 2 else 0)
    assert facts(graph).depth == 2 ** (columns - 1)
    assert [column.depth for column in facts(graph).columns] == [2**k for k in range(columns)]


def test_joins_of_four_columns_have_2_3_2_4_inputs():
    assert join_sizes(graph_of(fractal(4))) == [2, 3, 2, 4]


@pytest.mark.parametrize("mode", ["mean", "sum", "max", "learned", "{concat: {project: true}}"])
def test_joins_collapse_in_every_mode(mode):
    assert join_sizes(graph_of(fractal(4, f", join: {mode}"))) == [2, 3, 2, 4]


def test_pooling_at_the_end_comes_before_the_last_join_on_every_column():
    graph = graph_of(fractal(3, ", end: max_pool"))
    last = graph.nodes[graph.outputs[0]]
    assert [graph.nodes[source].kind for source in last.inputs] == ["max_pool"] * 3
    assert kinds(graph).count("max_pool") == 3


def test_pooling_after_a_fractal_comes_after_the_join():
    graph = graph_of(f"{{sequence: [{fractal(3)}, max_pool]}}")
    assert kinds(graph).count("max_pool") == 1
    assert graph.nodes[graph.outputs[0]].kind == "max_pool"


def test_joins_written_by_hand_stay():
    inner = "{join: {mode: sum, branches: [conv, conv]}}"
    assert join_sizes(graph_of(f"{{join: {{mode: sum, branches: [conv, {inner}]}}}}")) == [2, 2]


def test_joins_of_a_layer_argument_stay():
    unit = "{join: {mode: mean, droppable: true, branches: [{conv: {out: 4}}, {conv: {out: 4}}]}}"
    graph = graph_of(f"{{fractal: {{columns: 2, unit: {unit}}}}}")
    assert sorted(join_sizes(graph)) == [2, 2, 2, 2]


def test_a_fractal_of_fractals_multiplies_columns():
    inner = "{fractal: {columns: 2, unit: {conv: {out: 4}}}}"
    graph = graph_of(f"{{fractal: {{columns: 3, unit: {inner}}}}}")
    assert graph.columns == 6
    assert [column.depth for column in facts(graph).columns] == [1, 2, 2, 4, 4, 8]


def test_a_part_with_fewer_columns_uses_its_last():
    graph = graph_of(f"{{sequence: [{fractal(3)}, {fractal(2)}]}}")
    assert [column.depth for column in facts(graph).columns] == [2, 4, 6]


def test_a_unit_reads_the_column_it_is_given():
    unit = '{conv: {out: "${[16, 8, 4][column] if true else 1}"}}'
    with pytest.raises(SpecError, match="list in .* is not allowed"):
        graph_of(f"{{fractal: {{columns: 3, unit: {unit}, join: {{concat: {{project: true}}}}}}}}")
    body = """
    foreach:
      over: {widths: [[16, 8, 4]]}
      body:
        fractal: {columns: 3, unit: {conv: {out: "${widths[column]}"}}, adapt: project}
"""
    graph = graph_of(body)
    assert sorted({node.part.out for node in graph.nodes if node.kind == "conv"}) == [4, 8, 16]
    assert str(graph.nodes[graph.outputs[0]].type) == "16x8x8"


def test_a_layer_argument_keeps_the_names_of_where_it_was_written():
    rules = """
rules:
  twice:
    parameters: {body: {type: layer}, width: {type: int, default: 99}}
    body: {sequence: [body, body]}
  outer:
    parameters: {width: {type: int}}
    body: {twice: {body: {conv: {out: $width}}}}
"""
    graph = graph_of("{outer: {width: 5}}", rules)
    assert [node.part.out for node in graph.nodes[1:]] == [5, 5]


WRAPPED = """
rules:
  wrapped:
    parameters: {inner: {type: layer GIVES}}
    body: {sequence: [inner, {fractal: {columns: 2, unit: inner, adapt: project}}]}
"""


def test_a_layer_parameter_can_be_passed_on_to_one_that_gives_more():
    body = "{foreach: {over: {column: [4, 6]}, body: {wrapped: {inner: {conv: {out: $column}}}}}}"
    graph = graph_of(body, WRAPPED.replace("GIVES", ""))
    # The names are those where the layer is written: the loop's column, not the fractal's.
    assert [node.part.out for node in graph.nodes if node.kind == "conv"] == [4] * 4 + [6] * 4


def test_a_layer_parameter_passed_on_keeps_what_both_give():
    rules = WRAPPED.replace(" GIVES", ", gives: [column]").replace("[inner, ", "[{inner: {column: 7}}, ")
    graph = graph_of('{wrapped: {inner: {conv: {out: "${column + 1}"}}}}', rules)
    assert [node.part.out for node in graph.nodes if node.kind == "conv"] == [8, 1, 2, 2]


def test_recurse_overrides_hold_for_all_levels_below():
    rules = """
rules:
  tower:
    parameters: {n: {type: int}, width: {type: int}}
    levels: $n
    base: {conv: {out: $width}}
    step: {sequence: [{conv: {out: $width}}, {recurse: {width: "${width * 2}"}}]}
"""
    graph = graph_of("{tower: {n: 4, width: 2}}", rules)
    assert [node.part.out for node in graph.nodes[1:]] == [2, 4, 8, 16]


def test_foreach_walks_lists_together_and_repeat_counts_from_0():
    body = """
    sequence:
      - foreach: {over: {width: [4, 8], stride: [1, 2]}, as: i, body: {conv: {out: "${width + i}", stride: $stride}}}
      - repeat: {times: 3, as: i, body: {conv: {out: "${10 + i}"}}}
      - repeat: {times: 0, body: conv}
      - repeat: {times: 2, body: relu}
"""
    graph = graph_of(body)
    assert [getattr(node.part, "out", None) for node in graph.nodes[1:]] == [4, 9, 10, 11, 12, None, None]
    assert str(graph.nodes[2].type) == "9x4x4"


def test_branches_can_be_rounds():
    body = "{join: {mode: concat, branches: {repeat: {times: 3, as: i, body: {conv: {out: '${i + 1}'}}}}}}"
    assert str(graph_of(body).nodes[-1].type) == "6x8x8"


def test_op_parameters_can_read_the_channels_that_reach_them():
    graph = graph_of("{sequence: [{conv: {out: 6}}, {conv: {out: '${channels * 2}', groups: $channels}}]}")
    assert (graph.nodes[-1].part.out, graph.nodes[-1].part.groups) == (12, 6)


def test_a_rule_of_the_file_hides_a_built_in_one():
    graph = graph_of("conv_bn_relu", "rules: {conv_bn_relu: {body: relu}}")
    assert kinds(graph) == ["relu"]


def test_names_are_readable_and_unique():
    graph = graph_of(f"{{sequence: [{fractal(2)}, {fractal(2)}, relu]}}")
    paths = [node.path for node in graph.nodes]
    assert len(set(paths)) == len(paths)
    assert paths[1:5] == ["fractal.conv", "fractal.conv_2", "fractal.conv_3", "fractal.mean"]
    assert paths[-1] == "relu"


BOMB = "{repeat: {times: 300, as: i, body: {repeat: {times: 300, as: j, body: {repeat: {times: 300, as: k, body: BODY}}}}}}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (fractal(40), r"1,374,389,534,719 nodes, the limit is 200,000"),
        (fractal(256), r"more than 10\^18 nodes"),
        (BOMB.replace("BODY", "relu"), "27,000,000 nodes"),
        (BOMB.replace("BODY", '{conv: {out: "${i + j + k + 1}"}}'), "27,000,000 nodes"),
        (BOMB.replace("BODY", '{repeat: {times: "${i + j + k}", body: relu}}'), "more than 200,000 nodes"),
        (BOMB.replace("BODY", '{repeat: {times: "${0 * (i + j + k)}", body: relu}}'), "too large to count"),
        (
            "{join: {mode: mean, droppable: true, branches: {repeat: {times: 300, body: relu}}}}",
            "300 columns, the limit is 256",
        ),
    ],
)
def test_a_network_past_a_limit_is_refused_with_the_figure(body, message):
    with pytest.raises(GraphError, match=message):
        graph_of(body)


def test_a_loop_whose_structure_depends_on_its_index_is_counted_round_by_round():
    body = "{repeat: {times: 10, as: i, body: {repeat: {times: $i, body: relu}}}}"
    assert len(kinds(graph_of(body))) == 45


def test_branches_that_do_not_fit_are_listed_with_their_shapes():
    body = "{join: {mode: sum, branches: [{conv: {out: 4}}, {conv: {out: 5}}]}}"
    with pytest.raises(ShapeError, match="branch 1 has 4x8x8, branch 2 has 5x8x8"):
        graph_of(body)
    body = "{join: {mode: sum, branches: [conv, max_pool]}}"
    with pytest.raises(ShapeError, match="one height and width"):
        graph_of(body)
