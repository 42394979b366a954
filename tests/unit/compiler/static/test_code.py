"""The code that lowering writes, as text."""

import pytest
import torch

from fractalgen.compiler import LoweringOptions, lower
from fractalgen.compiler.static.code import readable
from fractalgen.compiler.static.merge_siblings import Measured

PLAIN = LoweringOptions(merge="never", inplace=False)
QUIET = LoweringOptions(merge="never")


def text(network, options=QUIET, section=None):
    code = lower(section or network.between(), options).code
    return "\n".join(line.rstrip() for line in code.strip().splitlines())


FRACTAL = """
def forward(self, x):
    x = self.fractal.siblings(x).relu_()
    y = x.narrow(1, 0, 4)
    y = self.fractal.max_pool(y)
    z = x.narrow(1, 4, 4)
    x = x.narrow(1, 8, 4)
    x = self.fractal.conv_bn_relu_4.conv(x).relu_()
    x = z.add_(x).div_(2)
    del z
    x = self.fractal.siblings_2(x).relu_()
    z = x.narrow(1, 0, 4)
    z = self.fractal.max_pool_2(z)
    x = x.narrow(1, 4, 4)
    x = self.fractal.conv_bn_relu_7.conv(x).relu_()
    x = self.fractal.max_pool_3(x)
    x = y.add_(z).add_(x).div_(3)
    del y, z

    y = self.fractal_2.conv_bn_relu.conv(x).relu_()
    y = self.fractal_2.max_pool(y)
    x = self.fractal_2.conv_bn_relu_2.conv(x).relu_()
    x = self.fractal_2.conv_bn_relu_3.conv(x).relu_()
    x = self.fractal_2.max_pool_2(x)
    x = y.add_(x).div_(2)
    del y

    x = self.global_avg_pool(x)
    return self.linear(x)
"""


def fractal(columns, out):
    return {"fractal": {"columns": columns, "unit": {"conv_bn_relu": {"out": out}}, "end": "max_pool"}}


def test_the_code_of_a_fractal_reads_like_a_program(net_of, monkeypatch):
    merge_first_block = iter([True, True, False])
    monkeypatch.setattr(Measured, "__call__", lambda self, siblings: next(merge_first_block))
    body = {"sequence": [fractal(3, 4), fractal(2, 6), "global_avg_pool", {"linear": {"out": 10}}]}
    assert text(net_of(body), LoweringOptions()) == FRACTAL.strip()


JOINS = {
    "sum": ("y + z + x", "y.add_(z).add_(x)"),
    "mean": ("(y + z + x) / 3", "y.add_(z).add_(x).div_(3)"),
    "max": ("torch.maximum(torch.maximum(y, z), x)",) * 2,
    "gate": ("self.gate([y, z, x], (0, 1, 2))",) * 2,
    "concat": ("torch.cat([y, z, x], 1)",) * 2,
    "hyper_connection": (
        "(y * w[0] + z * w[1] + x * w[2]) / 3",
        "y.mul_(w[0]).add_(z.mul_(w[1])).add_(x.mul_(w[2])).div_(3)",
    ),
    "manifold": ("self.manifold([y, z, x], (0, 1, 2))",) * 2,
    "learned": ("y * w[0] + z * w[1] + x * w[2]", "y.mul_(w[0]).add_(z.mul_(w[1])).add_(x.mul_(w[2]))"),
}


@pytest.mark.parametrize("mode", sorted(JOINS))
def test_joins_are_arithmetic(net_of, mode):
    branches = [{"conv": {"kernel": kernel}} for kernel in (1, 3, 5)]
    network = net_of({"join": {"mode": mode, "branches": branches}})
    for options, expected in zip((PLAIN, QUIET), JOINS[mode], strict=True):
        assert expected in text(network, options)


def test_a_sum_whose_first_value_is_read_again_writes_into_the_new_one(net_of):
    branches = ["identity", {"conv": {}}, {"conv": {"kernel": 1}}]
    assert "return (x + y).add_(z)" in text(net_of({"join": {"mode": "sum", "branches": branches}}))


def test_a_projecting_concat_has_its_kernel_cut_for_the_survivors(net_of):
    body = {"join": {"mode": {"concat": {"project": True}}, "branches": [{"conv": {"out": 2}}, {"conv": {"out": 4}}]}}
    body["join"]["droppable"] = True
    network = net_of(body)
    lowered = lower(network.column(2), QUIET)
    assert "return torch.conv2d(x, self.concat.kernel)" in lowered.code
    assert torch.equal(lowered.concat.kernel[:, :, 0, 0], network.concat.weight[:, 2:])


def test_weights_of_a_learned_join_are_made_once(net_of):
    network = net_of({"join": {"mode": "learned", "branches": [{"conv": {}}, {"conv": {}}]}})
    lowered = lower(network.between(), QUIET)
    assert torch.equal(lowered.learned.weights, network.learned.logits.softmax(0))
    assert [name for name, _ in lowered.named_buffers()] == ["learned.weights"]


def test_what_does_nothing_in_evaluation_is_not_in_the_code(net_of):
    noise = [{"dropout": {"rate": 0.5}}, {"dropout2d": {"rate": 0.5}}, {"dropblock": {"rate": 0.5}}, "stochastic_depth"]
    network = net_of({"sequence": [{"conv": {}}, *noise, "relu"]})
    assert text(network).splitlines()[1:] == ["    return self.conv(x).relu_()"]


def test_nodes_are_called_as_their_paths(net_of):
    lowered = lower(net_of(fractal(2, 4)).between(), QUIET)
    names = [node.name for node in lowered.graph.nodes]
    assert names[:3] == ["x", "fractal_conv_bn_relu_conv", "fractal_conv_bn_relu_relu"]
    targets = {node.target for node in lowered.graph.nodes if node.op == "call_module"}
    assert "fractal.conv_bn_relu_3.conv" in targets


def test_channels_last_begins_with_the_layout(net_of):
    lowered = lower(net_of({"conv": {"out": 4}}).between(), LoweringOptions(channels_last=True))
    assert "x = x.contiguous(memory_format=torch.channels_last)" in lowered.code
    assert lowered(torch.randn(2, 3, 8, 8).double()).is_contiguous(memory_format=torch.channels_last)


def test_expressions_keep_their_order_of_evaluation():
    body = ["a = x * 2\n", "b = x.add_(y);  x = None\n", "c = a + b;  a = b = None\n", "return c\n"]
    assert readable(body) == ["return x * 2 + x.add_(y)"]
    body[2] = "c = b + a;  b = a = None\n"
    assert readable(body) == ["z = x * 2\nreturn x.add_(y) + z"]


def test_code_of_another_form_stays_as_it_is():
    for body in (
        ["pass\n"],
        ["import os\n", "return x\n"],
        ["y : int = x\n", "return y\n"],
        ["a.b = x\n", "return x\n"],
    ):
        assert readable(body) == body
