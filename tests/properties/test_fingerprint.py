"""The fingerprint says exactly whether two graphs compute the same function family."""

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fractalgen.ir.canonical import canonical
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.types import TensorType
from fractalgen.passes import expand, fingerprint
from fractalgen.spec import load_text

TYPE = TensorType((2, 4, 4))
OP_CHOICES = [OPS.get("conv")(out=2), OPS.get("relu")(), OPS.get("dropout")(rate=0.5)]
JOIN_CHOICES = [JOINS.get("sum")(), JOINS.get("mean")(), JOINS.get("concat")(project=True, out=2)]


def random_graph(rng, size):
    """A graph whose values all have one type, so that any wiring is valid."""
    nodes = [Node(Input(), name="input", type=TYPE)]
    for index in range(1, size):
        if rng.random() < 0.45:
            part, inputs = rng.choice(OP_CHOICES), (rng.randrange(index),)
        else:
            part = rng.choice(JOIN_CHOICES)
            inputs = tuple(rng.randrange(index) for _ in range(rng.choice((2, 2, 3))))
        nodes.append(Node(part, inputs, name=f"n{index}", type=TYPE))
    return Graph(tuple(nodes), (size - 1,))


def only_live(graph):
    live, stack = set(), list(graph.outputs)
    while stack:
        index = stack.pop()
        if index not in live:
            live.add(index)
            stack += graph.nodes[index].inputs
    return sorted(live | {0})


def isomorphic(a, b):
    """Brute force: try every bijection of the live nodes that keeps parts, inputs and outputs."""
    left, right = only_live(a), only_live(b)
    if len(left) != len(right):
        return False

    def extend(mapping):
        if len(mapping) == len(left):
            return mapping[a.outputs[0]] == b.outputs[0]
        index = left[len(mapping)]
        node = a.nodes[index]
        inputs = [mapping[source] for source in node.inputs]
        for candidate in right:
            other = b.nodes[candidate]
            if candidate in mapping.values() or other.part != node.part:
                continue
            same = sorted(inputs) == sorted(other.inputs) if node.is_join else inputs == list(other.inputs)
            if same and extend({**mapping, index: candidate}):
                return True
        return False

    return extend({})


def shuffled(graph, rng):
    """The same graph with nodes in another valid order, other names, and inputs of joins in another order."""
    order, ready = [], [0]
    readers = {i: [j for j, node in enumerate(graph.nodes) if i in node.inputs] for i in range(len(graph.nodes))}
    while ready:
        index = ready.pop(rng.randrange(len(ready)))
        order.append(index)
        for reader in readers[index]:
            done = all(source in order for source in graph.nodes[reader].inputs)
            if done and reader not in order and reader not in ready:
                ready.append(reader)
    position = {old: new for new, old in enumerate(order)}
    nodes = []
    for old in order:
        node = graph.nodes[old]
        inputs = [position[source] for source in node.inputs]
        if node.is_join:
            rng.shuffle(inputs)
        nodes.append(replace(node, inputs=tuple(inputs), name=f"m{old}"))
    return Graph(tuple(nodes), tuple(position[output] for output in graph.outputs))


@given(st.integers(0, 2**32), st.integers(2, 14))
@settings(max_examples=300, deadline=None)
def test_order_and_names_do_not_count(seed, size):
    rng = random.Random(seed)
    graph = random_graph(rng, size)
    assert canonical(graph).digest == canonical(shuffled(graph, rng)).digest


def test_small_graphs_are_equal_exactly_where_brute_force_says_so():
    rng = random.Random(7)
    groups = {}
    for _ in range(5000):
        graph = random_graph(rng, rng.randrange(2, 9))
        groups.setdefault(canonical(graph).digest, []).append(graph)
    for members in groups.values():
        assert all(isomorphic(members[0], other) for other in members[1:])
    buckets = {}
    for members in groups.values():
        graph = members[0]
        kinds = sorted(graph.nodes[index].kind for index in only_live(graph))
        buckets.setdefault(tuple(kinds), []).append(graph)
    compared = [pair for leaders in buckets.values() for pair in itertools.combinations(leaders, 2)]
    assert len(compared) > 10_000
    assert not any(isomorphic(a, b) for a, b in compared)


def ring_sum(edges, count):
    """A ring as a net: one conv a vertex, a sum an edge, a sum of all."""
    conv, total = OPS.get("conv")(out=2), JOINS.get("sum")()
    nodes = [Node(Input(), name="input", type=TYPE)]
    nodes += [Node(conv, (0,), name=f"v{i}", type=TYPE) for i in range(count)]
    nodes += [Node(total, (1 + a, 1 + b), name=f"e{a}{b}", type=TYPE) for a, b in edges]
    nodes.append(Node(total, tuple(range(1 + count, 1 + count + len(edges))), name="all", type=TYPE))
    return Graph(tuple(nodes), (len(nodes) - 1,))


def test_a_ring_of_six_is_not_two_rings_of_three():
    six = ring_sum([(i, (i + 1) % 6) for i in range(6)], 6)
    two = ring_sum([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)], 6)
    assert canonical(six).digest != canonical(two).digest
    rng = random.Random(0)
    for _ in range(10):
        assert canonical(shuffled(six, rng)).digest == canonical(six).digest
        assert canonical(shuffled(two, rng)).digest == canonical(two).digest


def branches(pairs):
    """Two equal convs of the input, and for each pair of them a sum of their ReLUs; all sums are added."""
    conv, relu, total = OP_CHOICES[0], OP_CHOICES[1], JOIN_CHOICES[0]
    nodes = [Node(Input(), name="input", type=TYPE), *(Node(conv, (0,), name=f"c{i}", type=TYPE) for i in range(2))]
    sums = []
    for number, pair in enumerate(pairs):
        at = len(nodes)
        nodes += [Node(relu, (1 + source,), name=f"r{number}{i}", type=TYPE) for i, source in enumerate(pair)]
        nodes.append(Node(total, (at, at + 1), name=f"s{number}", type=TYPE))
        sums.append(at + 2)
    nodes.append(Node(total, tuple(sums), name="all", type=TYPE))
    return Graph(tuple(nodes), (len(nodes) - 1,))


def test_equal_branches_change_places_only_where_they_read_the_same_node():
    apart, mixed = branches([(0, 0), (1, 1)]), branches([(0, 1), (0, 1)])
    assert canonical(apart).digest != canonical(mixed).digest
    rng = random.Random(0)
    for graph in (apart, mixed, branches([(0, 1)] * 30)):
        for _ in range(10):
            assert canonical(shuffled(graph, rng)).digest == canonical(graph).digest


def test_a_value_read_twice_is_not_two_equal_values():
    """y = conv(x); conv(y) + relu(y) is not the net with two first convs."""
    conv, relu, total = OP_CHOICES[0], OP_CHOICES[1], JOIN_CHOICES[0]
    shared = [Input(), conv, conv, relu, total], [(), (0,), (1,), (1,), (2, 3)]
    apart = [Input(), conv, conv, conv, relu, total], [(), (0,), (0,), (1,), (2,), (3, 4)]
    digests = set()
    for parts, inputs in (shared, apart):
        nodes = [Node(p, i, name=f"n{k}", type=TYPE) for k, (p, i) in enumerate(zip(parts, inputs, strict=True))]
        digests.add(canonical(Graph(tuple(nodes), (len(nodes) - 1,))).digest)
    assert len(digests) == 2


def print_of(body, shape="[3, 8, 8]", rules=""):
    return fingerprint(expand(load_text(f"{rules}\nnetwork: {{input: {shape}, body: {body}}}\n")))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("{sequence: [conv, identity, relu]}", "{sequence: [conv, relu]}"),
        ("{sequence: [conv, {dropout: {rate: 0}}]}", "conv"),
        ("{sequence: [conv, relu, relu]}", "{sequence: [conv, relu]}"),
        ("{sequence: [conv, {join: {mode: mean, branches: [identity]}}]}", "conv"),
        ("{join: {mode: sum, branches: [conv, relu]}}", "{join: {mode: sum, branches: [relu, conv]}}"),
        ("{conv: {out: 3, kernel: [3, 3]}}", "conv"),
        ("{repeat: {times: 2, body: conv}}", "{sequence: [conv, conv]}"),
        (
            "{sequence: [{join: {mode: sum, branches: [relu, relu]}}, conv]}",
            "{sequence: [relu, {join: {mode: sum, branches: [identity, identity]}}, conv]}",
        ),
        ("{fractal: {columns: 1}}", "conv_bn_relu"),
        ("{fractal: {columns: 2, unit: conv}}", "{fractal: {columns: 2, unit: {sequence: [conv, identity]}}}"),
    ],
)
def test_equivalent_specs_have_one_fingerprint(a, b):
    assert print_of(a) == print_of(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("{sequence: [{dropout: {rate: 0.5}}, {dropout: {rate: 0.5}}]}", "{dropout: {rate: 0.5}}"),
        ("{sequence: [batch_norm, batch_norm]}", "batch_norm"),
        ("{sequence: [{conv: {bias: true}}, batch_norm]}", "{sequence: [conv, batch_norm]}"),
        ("{sequence: [relu, max_pool]}", "{sequence: [max_pool, relu]}"),
        ("{join: {mode: concat, branches: [conv, relu]}}", "{join: {mode: concat, branches: [relu, conv]}}"),
        ("{join: {mode: sum, branches: [conv, conv]}}", "{join: {mode: mean, branches: [conv, conv]}}"),
        (
            "{join: {mode: mean, branches: [conv, conv]}}",
            "{join: {mode: mean, droppable: true, branches: [conv, conv]}}",
        ),
        (
            "{join: {mode: sum, branches: [conv, {join: {mode: sum, branches: [conv, conv]}}]}}",
            "{join: {mode: sum, branches: [conv, conv, conv]}}",
        ),
        ("{dropout: {rate: 0.5}}", "{dropout: {rate: 0.4}}"),
    ],
)
def test_different_specs_have_different_fingerprints(a, b):
    assert print_of(a) != print_of(b)
