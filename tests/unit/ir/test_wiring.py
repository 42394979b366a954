"""Taps, references, graphs and rules of several inputs, by the nodes that they build."""

import pytest

from fractalgen.errors import ParameterError
from fractalgen.passes import expand, fingerprint
from fractalgen.passes.stages import stage_text
from fractalgen.spec import load_text


def graph_of(body, rules="", more=""):
    return expand(load_text(f"{rules}\nnetwork:\n  input: [3, 8, 8]\n  body: {body}\n{more}"))


def shown(graph):
    return [(node.kind, node.inputs) for node in graph.nodes[1:]]


def test_a_tap_changes_nothing_and_is_read_later_in_the_body():
    tapped = (
        "{sequence: [{tap: {name: skip, of: conv}}, relu, {join: {mode: sum, branches: [identity, {from: skip}]}}]}"
    )
    graph = graph_of(tapped)
    assert shown(graph) == [("conv", (0,)), ("relu", (1,)), ("sum", (2, 1))]
    assert graph.taps == (("skip", 1),)
    plain = "{sequence: [conv, {join: {mode: sum, branches: [relu, identity]}}]}"
    assert fingerprint(graph) == fingerprint(graph_of(plain))


def test_a_tap_on_an_absorbed_join_keeps_it_beside_for_the_tap_alone():
    rules = """
rules:
  tapped:
    parameters: {columns: {type: int}}
    levels: $columns
    base: {conv: {out: 4}}
    step:
      join:
        mode: mean
        droppable: true
        branches:
          - {conv: {out: 4}}
          - {sequence: [recurse, {tap: {name: inner, of: recurse}}]}
"""
    graph = graph_of("{tapped: {columns: 3}}", rules)
    joins = [node for node in graph.nodes if node.is_join]
    assert sorted(len(node.inputs) for node in joins) == [2, 2, 3]
    assert fingerprint(graph) == fingerprint(graph_of("{fractal: {columns: 3, unit: {conv: {out: 4}}}}"))
    assert len(graph.taps) == 3


def test_a_tap_in_a_rule_lives_in_its_call_and_can_be_an_output():
    rules = "rules: {stage: {body: {sequence: [{tap: {name: high, of: conv}}, max_pool]}}}"
    graph = graph_of("{sequence: [stage, stage]}", rules, "  outputs: [body, stage.high, stage_2.high]\n")
    assert [str(graph.nodes[output].type) for output in graph.outputs] == ["3x2x2", "3x8x8", "3x4x4"]


def test_a_layer_argument_taps_where_it_is_written():
    rules = "rules: {around: {parameters: {inner: {type: layer}}, body: {sequence: [relu, inner, relu]}}}"
    body = "{sequence: [{around: {inner: {tap: {name: mid, of: conv}}}}, {join: {mode: sum, branches: [identity, {from: mid}]}}]}"
    graph = graph_of(body, rules)
    assert shown(graph) == [("relu", (0,)), ("conv", (1,)), ("relu", (2,)), ("sum", (3, 2))]


UNET = """
rules:
  u:
    parameters: {depth: {type: int}, width: {type: int}}
    levels: $depth
    base: {conv: {out: $width}}
    step:
      sequence:
        - tap: {name: skip, of: {conv: {out: $width}}}
        - max_pool
        - recurse: {width: "${2 * width}"}
        - upsample
        - join: {mode: concat, branches: [{from: skip}, identity]}
        - conv: {out: $width}
"""


def test_levels_of_a_recursion_have_taps_of_their_own():
    graph = graph_of("{u: {depth: 3, width: 4}}", UNET)
    assert str(graph.nodes[graph.outputs[0]].type) == "4x8x8"
    concat = [node for node in graph.nodes if node.kind == "concat"]
    assert [str(node.type) for node in concat] == ["24x4x4", "12x8x8"]
    assert [name for name, _ in graph.taps] == ["u.skip", "u.skip_2"]


def test_names_of_taps_may_hold_formulas():
    body = """
    sequence:
      - repeat: {times: 3, as: i, body: {tap: {name: "x${i}", of: conv}}}
      - join: {mode: sum, branches: {repeat: {times: 3, as: i, body: {from: "x${i}"}}}}
"""
    assert shown(graph_of(body))[-1] == ("sum", (1, 2, 3))


def test_a_graph_runs_nodes_in_any_order():
    body = """
    graph:
      nodes:
        out: {of: {join: {mode: sum}}, from: [b, a, input]}
        b: {of: relu, from: a}
        a: {of: conv, from: input}
      output: out
"""
    assert shown(graph_of(body)) == [("conv", (0,)), ("relu", (1,)), ("sum", (2, 1, 0))]


def test_branch_i_of_a_join_in_a_graph_reads_input_i():
    body = "{graph: {nodes: {a: {of: relu, from: input}, b: {of: {join: {mode: sum, branches: [conv, gelu]}}, from: [a, input]}}, output: b}}"
    assert shown(graph_of(body)) == [("relu", (0,)), ("conv", (1,)), ("gelu", (0,)), ("sum", (2, 3))]


def test_loose_ends_are_concatenated():
    body = (
        "{graph: {nodes: {a: {of: conv, from: input}, b: {of: relu, from: a}, c: {of: gelu, from: a}}, output: loose}}"
    )
    graph = graph_of(body)
    assert shown(graph)[-1] == ("concat", (2, 3))
    assert str(graph.nodes[-1].type) == "6x8x8"


ENDS = "a: {of: conv, from: input}, b: {of: relu, from: a}, c: {of: gelu, from: a}"


def test_a_join_may_merge_the_loose_ends():
    node = "{of: {join: {mode: {concat: {project: true}}}}, from: loose}"
    graph = graph_of(f"{{graph: {{nodes: {{end: {node}, {ENDS}}}, output: end}}}}")
    assert shown(graph)[-1] == ("concat", (2, 3))
    assert str(graph.nodes[-1].type) == "3x8x8"


def test_loose_ends_may_stand_in_a_list():
    body = f"{{graph: {{nodes: {{{ENDS}, end: {{of: {{join: {{mode: sum}}}}, from: [input, loose]}}}}, output: end}}}}"
    assert shown(graph_of(body))[-1] == ("sum", (0, 2, 3))


def test_one_loose_end_is_read_as_it_is():
    body = "{graph: {nodes: {a: {of: conv, from: input}, end: {of: relu, from: loose}}, output: end}}"
    assert shown(graph_of(body)) == [("conv", (0,)), ("relu", (1,))]


def test_two_nodes_read_the_same_loose_ends():
    sums = "s: {of: {join: {mode: sum}}, from: loose}, m: {of: {join: {mode: max}}, from: loose}"
    body = f"{{graph: {{nodes: {{{ENDS}, {sums}}}, output: loose}}}}"
    assert shown(graph_of(body))[-3:] == [("sum", (2, 3)), ("max", (2, 3)), ("concat", (4, 5))]


def test_loose_ends_that_are_not_there_are_an_error():
    body = "{graph: {nodes: {a: {of: conv, from: loose}}, output: a}}"
    with pytest.raises(ParameterError, match=r"the node 'a' reads loose ends, and there are none: another node reads"):
        graph_of(body)


def test_a_node_gives_the_taps_inside_its_call():
    rules = "rules: {stage: {body: {sequence: [{tap: {name: high, of: conv}}, relu]}}}"
    body = "{graph: {nodes: {s: {of: stage, from: input}, t: {of: gelu, from: s.high}}, output: t}}"
    assert shown(graph_of(body, rules)) == [("conv", (0,)), ("relu", (1,)), ("gelu", (1,))]


def test_a_rule_can_have_several_inputs():
    rules = """
rules:
  merge:
    inputs: [low, high]
    body: {join: {mode: sum, branches: [{from: low}, {sequence: [{from: high}, relu]}]}}
"""
    body = "{graph: {nodes: {a: {of: conv, from: input}, m: {of: merge, from: [a, input]}}, output: m}}"
    assert shown(graph_of(body, rules)) == [("conv", (0,)), ("relu", (0,)), ("sum", (1, 2))]


@pytest.mark.parametrize("stage", ["rules", "ops"])
def test_wiring_prints_in_each_stage(stage):
    rules = "rules: {stage: {body: {sequence: [{tap: {name: high, of: conv}}, relu]}}}"
    body = "{graph: {nodes: {s: {of: stage, from: input}, t: {of: gelu, from: s.high}}, output: t}}"
    text = stage_text(load_text(f"{rules}\nnetwork: {{input: [3, 8, 8], body: {body}}}"), stage)
    assert ("from high(%0)" in text) is (stage == "rules")
    assert ("tap stage.high = %1" in text) is (stage == "ops")
