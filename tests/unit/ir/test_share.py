"""Ops that share weights: one set of parameters, one module, one name."""

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.errors import ShapeError
from fractalgen.passes import expand, facts, fingerprint
from fractalgen.spec import load_text


def graph_of(body):
    return expand(load_text(f"network: {{input: [3, 8, 8], body: {body}}}"))


TWICE = "{repeat: {times: 2, body: {sequence: [{conv: {share: KEY}}, relu]}}}"


def test_shared_weights_count_once_and_their_work_each_time():
    shared, apart = facts(graph_of(TWICE)), facts(graph_of(TWICE.replace("{share: KEY}", "{}")))
    assert shared.parameters == 81
    assert apart.parameters == 162
    assert shared.macs == apart.macs


def test_shared_weights_are_one_module_under_one_name():
    network = compile_graph(graph_of(TWICE)).eval()
    assert list(network.state_dict()) == ["conv.weight"]
    x = torch.randn(2, 3, 8, 8)
    conv = network.get_submodule("conv")
    torch.testing.assert_close(network(x), conv(conv(x).relu()).relu())


def test_the_python_source_shares_as_well(tmp_path):
    network = compile_graph(graph_of(TWICE)).eval()
    EXPORTERS.get("python")(network, tmp_path / "net.py")
    names = {"__name__": "exported"}
    exec((tmp_path / "net.py").read_text(), names)  # noqa: S102 - the file that was just written
    other = names["Network"]().eval()
    other.load_state_dict(network.state_dict())
    x = torch.randn(2, 3, 8, 8)
    assert torch.equal(network(x), other(x))


def test_the_name_of_a_key_does_not_count_but_the_sharing_does():
    assert fingerprint(graph_of(TWICE)) == fingerprint(graph_of(TWICE.replace("KEY", "other")))
    assert fingerprint(graph_of(TWICE)) != fingerprint(graph_of(TWICE.replace("{share: KEY}", "{}")))
    four = "{sequence: [%s]}"
    pairs = [["a", "a", "b", "b"], ["a", "b", "a", "b"], ["b", "b", "a", "a"]]
    prints = [fingerprint(graph_of(four % ", ".join(f"{{conv: {{share: {k}}}}}" for k in keys))) for keys in pairs]
    assert prints[0] == prints[2] != prints[1]


def test_what_differs_cannot_share():
    body = "{sequence: [{conv: {out: 4, share: a}}, {conv: {out: 4, share: a}}]}"
    with pytest.raises(ShapeError, match="conv and conv_2 share weights as 'a', yet differ"):
        graph_of(body)
