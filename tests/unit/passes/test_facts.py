"""Exact counts; each names where it comes from."""

from itertools import pairwise
from pathlib import Path

import pytest

from fractalgen.passes import expand, facts
from fractalgen.spec import load, load_text

SPACES = Path(__file__).parents[3] / "search_spaces"


def facts_of(file, *overrides):
    return facts(expand(load(SPACES / file, overrides)))


def test_the_20_layer_net_of_fractalnet():
    """arXiv 1605.07648, section 4: B=5, C=3, widths 64 to 512; counts by hand from the definition."""
    found = facts_of("cifar10/fractalnet20.yaml")
    assert (found.parameters, found.depth, len(found.columns)) == (33_724_618, 20, 3)
    assert [(c.conv_parameters, c.conv_macs) for c in found.columns] == [
        (3_909_312, 67_829_760),
        (9_402_048, 228_261_888),
        (20_387_520, 549_126_144),
    ]
    assert found.columns[0].parameters == 3_917_386
    assert [c.depth for c in found.columns] == [5, 10, 20]
    assert found.shortest_path == 5


def test_the_20_layer_net_for_100_classes():
    found = facts_of("cifar10/fractalnet20.yaml", "network.body.sequence[2].linear.out=100")
    assert found.parameters == 33_770_788


ULTRA_DEEP = """
network:
  input: [3, 32, 32]
  body:
    sequence:
      - foreach:
          over: {width: [16, 32, 64, 128, 128]}
          body: {fractal: {columns: C, unit: {conv_bn_relu: {out: $width, bias: true, affine: false}}, end: max_pool}}
      - flatten
      - linear: {out: 100}
"""


@pytest.mark.parametrize(("columns", "depth", "parameters"), [(1, 5, 257_924), (2, 10, 846_612), (3, 20, 2_122_628)])
def test_the_ultra_deep_nets(columns, depth, parameters):
    """The paper's table of ultra-deep nets on CIFAR-100++: conv with bias, batch norm without affine."""
    found = facts(expand(load_text(ULTRA_DEEP.replace("C,", f"{columns},"))))
    assert (found.depth, found.parameters) == (depth, parameters)


@pytest.mark.parametrize(("columns", "printed"), [(4, 4.8e6), (5, 10.2e6), (6, 21.1e6)])
def test_the_deepest_nets_round_to_what_the_paper_prints(columns, printed):
    found = facts(expand(load_text(ULTRA_DEEP.replace("C,", f"{columns},"))))
    assert found.depth == 5 * 2 ** (columns - 1)
    assert round(found.parameters, -5) == printed


TEMPLATE = """
network:
  input: [3, 32, 32]
  body:
    sequence:
      - foreach:
          over: {width: WIDTHS}
          body: {sequence: [{fractal: {columns: C, unit: {conv: {out: $width}}}}, max_pool]}
      - flatten
      - linear: {out: 10}
"""


@pytest.mark.parametrize(
    ("units", "columns", "parameters"),
    [(1, 2, 204_170), (3, 1, 411_338), (4, 2, 6_253_962), (3, 3, 4_248_650), (5, 3, 33_704_010)],
)
def test_the_template_nets(units, columns, parameters):
    """arXiv 2511.07329: bare convolutions, mean joins, max pools, flatten and linear."""
    widths = [64, 128, 256, 512, 512][:units]
    text = TEMPLATE.replace("WIDTHS", str(widths)).replace("C,", f"{columns},")
    assert facts(expand(load_text(text))).parameters == parameters


@pytest.mark.parametrize("columns", range(1, 8))
@pytest.mark.parametrize("units", range(1, 6))
def test_all_35_template_nets_count_by_the_formula(units, columns):
    """A fractal of c columns has c convolutions that read the unit's input and 2^c - 1 - c that read another's output."""
    widths = [3, 64, 128, 256, 512, 512][: units + 1]
    kernels = sum(
        9 * (columns * before * width + (2**columns - 1 - columns) * width**2) for before, width in pairwise(widths)
    )
    linear = 10 * widths[-1] * (32 // 2**units) ** 2 + 10
    text = TEMPLATE.replace("WIDTHS", str(widths[1:])).replace("C,", f"{columns},")
    assert facts(expand(load_text(text))).parameters == kernels + linear


def test_the_receptive_field_of_a_chain():
    """Hand count: 3x3, then 3x3 with stride 2, 2x2 pool with stride 2, 3x3: 1 + 2 + 2 + 1*2 + 2*4 = 15."""
    body = "{sequence: [{conv: {}}, {conv: {stride: 2}}, max_pool, {conv: {}}]}"
    found = facts(expand(load_text(f"network: {{input: [3, 32, 32], body: {body}}}")))
    assert found.receptive_field == 1 + 2 + 2 + 2 + 8


def test_the_graph_gives_a_networkx_copy():
    graph = expand(load(SPACES / "cifar10" / "fractalnet20.yaml"))
    copy = graph.to_networkx()
    assert (copy.number_of_nodes(), copy.number_of_edges()) == (
        len(graph.nodes),
        sum(len(n.inputs) for n in graph.nodes),
    )
    import networkx as nx

    assert nx.is_directed_acyclic_graph(copy)
    assert nx.dag_longest_path_length(copy) > 0


def test_what_reaches_no_output_is_not_counted():
    nodes = "{used: {of: {conv: {out: 4}}, from: input}, dead: {of: {conv: {out: 64}}, from: used}}"
    with_dead, without = (
        facts(expand(load_text(f"network: {{input: [3, 8, 8], body: {body}}}")))
        for body in (f"{{graph: {{nodes: {nodes}, output: used}}}}", "{conv: {out: 4}}")
    )
    assert (with_dead.parameters, with_dead.macs, with_dead.activations) == (108, 108 * 64, 4 * 64)
    assert (with_dead.nodes, without.nodes) == (3, 2)
    assert with_dead.fingerprint == without.fingerprint
    assert with_dead.training_memory == without.training_memory
