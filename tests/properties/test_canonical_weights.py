"""Weights copied by canonical number give equal outputs: what a fingerprint promises."""

import random

import torch

from fractalgen.compiler import compile_graph
from fractalgen.ir.canonical import canonical
from fractalgen.passes import Simplify, expand
from fractalgen.spec import load_text

SPECS = [
    "{join: {mode: sum, branches: [{conv: {out: 4}}, {conv_bn_relu: {out: 4}}]}}",
    "{join: {mode: mean, branches: [{conv: {out: 4}}, {sequence: [{conv: {out: 4}}, relu]}, {conv: {out: 4, kernel: 1}}]}}",
    "{join: {mode: {concat: {project: true}}, branches: [{conv: {out: 4}}, {conv: {out: 6}}]}}",
    "{fractal: {columns: 3, unit: {conv: {out: 4}}}}",
    "{sequence: [{csp: {out: 8, inner: {fractal: {columns: 2}}}}, {residual: {inner: conv_bn_relu}}]}",
]  # fmt: skip


def shuffled_yaml(tree, rng):
    """The same spec with the branches of commutative joins in another order."""
    if isinstance(tree, dict):
        found = {key: shuffled_yaml(value, rng) for key, value in tree.items()}
        if "branches" in found and found.get("mode") in ("sum", "mean") and isinstance(found["branches"], list):
            rng.shuffle(found["branches"])
        return found
    return [shuffled_yaml(item, rng) for item in tree] if isinstance(tree, list) else tree


def network_of(body):
    from fractalgen.spec.tree import dump

    graph = Simplify()(expand(load_text(dump({"network": {"input": [3, 8, 8], "body": body}}))))
    return graph, compile_graph(graph, seed=1).double().eval()


def test_equal_fingerprints_are_equal_functions():
    from fractalgen.spec.tree import parse

    rng = random.Random(0)
    torch.manual_seed(0)
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    compared = 0
    for text in SPECS:
        body = parse(text, "f.yaml").plain()
        for _ in range(4):
            (a_graph, a), (b_graph, b) = network_of(body), network_of(shuffled_yaml(body, rng))
            a_form, b_form = canonical(a_graph), canonical(b_graph)
            assert a_form.digest == b_form.digest
            for mine, other in zip(a_form.order, b_form.order, strict=True):
                source, target = a_graph.nodes[mine], b_graph.nodes[other]
                if source.inputs:
                    state = a.get_submodule(source.path).state_dict()
                    b.get_submodule(target.path).load_state_dict(state)
            torch.testing.assert_close(a(x), b(x), rtol=1e-9, atol=1e-9)
            compared += 1
    assert compared == 20
