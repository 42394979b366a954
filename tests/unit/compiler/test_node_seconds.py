"""How long each node runs."""

from fractalgen.compiler.node_seconds import node_seconds
from fractalgen.ir.graph import Input
from fractalgen.passes import expand
from fractalgen.spec import load_text

TEXT = "network: {input: INPUT, body: BODY}"


def seconds_of(body, source="[1, 8, 8]"):
    graph = expand(load_text(TEXT.replace("BODY", body).replace("INPUT", source)))
    return graph, node_seconds(graph, rounds=2)


def test_every_op_and_join_takes_some_time():
    graph, found = seconds_of("{fractal: {columns: 3, unit: {conv_bn_relu: {out: 4}}}}")
    assert set(found) == {i for i, node in enumerate(graph.nodes) if not isinstance(node.part, Input)}
    assert all(seconds > 0 for seconds in found.values())


def test_tokens_are_fed_as_numbers_of_words():
    graph, found = seconds_of("{embedding: {tokens: 7, out: 4}}", "{shape: [8], dtype: int}")
    assert len(found) == len(graph.nodes) - 1
