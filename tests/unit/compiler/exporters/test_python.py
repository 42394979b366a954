import re
import subprocess
import sys

import pytest
import torch
from torch import nn

from fractalgen.compiler import compile_graph
from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.compiler.exporters.python import source
from fractalgen.errors import ExportError
from fractalgen.passes import expand
from fractalgen.spec import load_text

write = EXPORTERS.get("python")


def names_of(network):
    """What the exported file of a network defines."""
    names = {"__name__": "exported"}
    exec(source(network), names)  # noqa: S102 - the source that was just made
    return names


def saved(network, tmp_path):
    path = tmp_path / "weights.safetensors"
    EXPORTERS.get("safetensors")(network, path)
    return str(path)


def images(batch=4):
    return torch.randn(batch, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def test_a_file_runs_with_torch_alone(net, tmp_path):
    network = net("gate")
    assert write(network, tmp_path / "network.py") == ""
    saved(network, tmp_path)
    torch.save({"x": images(), "y": network(images()), "names": sorted(network.state_dict())}, tmp_path / "case.pt")
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("fractalgen", "safetensors", "networkx_", "optuna", "ray"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
import torch, network
case = torch.load("case.pt")
model = network.small("weights.safetensors").eval()
assert torch.equal(model(case["x"]), case["y"])
assert sorted(model.state_dict()) == case["names"]
"""
    for script in (["-W", "error", "-c", code], ["-W", "error", "network.py", "weights.safetensors"]):
        done = subprocess.run([sys.executable, *script], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tensor(")


@pytest.mark.parametrize(
    "join",
    [
        *("mean", "sum", "max", "learned", "gate", "hyper_connection", "manifold"),
        "{hyper_connection: {dynamic: true}}",
        "{concat: {project: true}}",
    ],
)
def test_the_net_and_each_column_give_the_same_numbers(net, join, tmp_path):
    network = net(join)
    path = saved(network, tmp_path)
    for section in (network, *network.columns()):
        names = names_of(section)
        exported = names["Network"]().eval()
        names["load_weights"](exported, path)
        assert torch.equal(exported(images()), section(images()))
        assert set(exported.state_dict()) <= set(section.state_dict())


def test_joins_are_arithmetic_and_no_list_of_survivors_is_passed(net):
    text = source(net("{concat: {project: true}}"))
    assert 'self.mean.project["1"](x)) / 2' in text
    assert re.search(r"= \w \* (\w)\[0\] \+ \w \* \1\[1\]", source(net("learned")))
    assert "kept" not in text


def test_a_column_takes_its_own_statistics_from_the_file_of_the_net(net, tmp_path):
    network = net(batch_norm="per_column")
    path = saved(network, tmp_path)
    for section in (network, *network.columns()):
        names = names_of(section)
        build = names[f"small_column_{section.index}" if section is not network else "small"]
        exported = build(path).eval()
        assert torch.equal(exported(images()), section(images()))
        assert not any(name.startswith("column_statistics") for name in exported.state_dict())


def test_another_number_of_classes_draws_another_head(net, tmp_path):
    network = net()
    path, build = saved(network, tmp_path), names_of(network)["small"]
    assert torch.equal(build(path, num_classes=5).linear.weight, network.linear.weight)
    other = build(path, num_classes=7)
    assert other(images()).shape == (4, 7)
    assert torch.equal(other.fractal.conv_bn_relu.conv.weight, network.fractal.conv_bn_relu.conv.weight)
    with pytest.raises(TypeError, match="classes"):
        build(classes=3)


def test_a_net_without_logits_has_one_size(text_net):
    with pytest.raises(TypeError, match="num_classes"):
        names_of(text_net)["text"](num_classes=3)


def test_tokens_go_in(text_net, tmp_path):
    names = names_of(text_net)
    exported = names["text"](saved(text_net, tmp_path)).eval()
    x = torch.randint(0, 9, (3, 6))
    assert torch.equal(exported(x), text_net(x))
    assert "network(torch.randint(9, (2, 6)))" in source(text_net)


def test_a_residual_bus_computes_the_same():
    body = "{residual_bus: {streams: 2, kind: manifold, body: {site: {conv_bn_relu: {}}}}}"
    network = compile_graph(expand(load_text(f"network: {{input: [3, 8, 8], body: {body}}}"))).eval()
    exported = names_of(network)["Network"]().eval()
    exported.load_state_dict(network.state_dict())
    assert torch.equal(exported(images()), network(images()))


def test_weights_of_another_network_are_refused(net, tmp_path):
    path = saved(net(), tmp_path)
    with pytest.raises(ValueError, match=r"holds no weights for fractal\.learned"):
        names_of(net("learned"))["small"](path)
    wider = compile_graph(expand(load_text("network: {input: [3, 8, 8], body: {conv: {out: 8}}}")))
    thinner = compile_graph(expand(load_text("network: {input: [3, 8, 8], body: {conv: {out: 4}}}")))
    with pytest.raises(RuntimeError, match="size mismatch for conv.weight"):
        names_of(wider)["text"](saved(thinner, tmp_path))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ('"sm\'all \\"\\"\\" net"', "sm_all_net"),
        ('"20 layers"', "net_20_layers"),
        ("torch", "net_torch"),
        ("lambda", "net_lambda"),
        ('"\\\\N{BEL} ü"', "n_bel"),
        ('""', "fractal_net"),
    ],
)
def test_any_name_of_a_network_makes_a_function(net, name, function):
    assert function in names_of(net(name=name))


def test_a_part_with_two_inputs_and_outputs_is_a_file_too(net):
    network = net()
    part = network.between(["fractal", "fractal.mean"], ["mean", "fractal.mean"])
    names = names_of(part)
    exported = names["small"]().eval()
    exported.load_state_dict(part.state_dict())
    a, b = torch.randn(2, 4, 4, 4), torch.randn(2, 4, 8, 8)
    assert all(torch.equal(x, y) for x, y in zip(exported(a, b), part(a, b), strict=True))


class Foreign(nn.Module):
    def forward(self, x):
        return x


def test_a_module_of_elsewhere_is_named(net, with_module, tmp_path):
    with pytest.raises(
        ExportError, match=r"'relu' at fractal\.conv_bn_relu_2\.relu is a .*\.Foreign, whose source"
    ) as caught:
        write(with_module(net(), Foreign()), tmp_path / "x")
    assert "rules.conv_bn_relu.body.sequence[3]: " in str(caught.value)


TINY = """
name: tiny
network:
  input: [3, 8, 8]
  body:
    sequence:
      - fractal: {columns: 2, unit: {conv_bn_relu: {out: 4}}, join: learned, end: max_pool}
      - {csp: {out: 6, inner: {conv_bn_relu: {kernel: 1}}}}
      - global_avg_pool
      - linear: {out: 10}
"""
EXPECTED = '''"""tiny: 3x8x8 -> 10.

570 parameters, 24,348 multiply-accumulates for a sample.
It is the whole of a network of 2 columns, as it evaluates: drop-path is not in it.
Written by fractalgen; needs only torch.

    python tiny.py weights.safetensors     # load the weights and run two samples of noise
"""

from __future__ import annotations

import json
import struct
import sys

import torch
from torch import Tensor, nn


def conv_bn_relu(in_channels: int, out_channels: int, kernel_size: int, padding: int) -> nn.Sequential:
    return chain(
        conv=nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding, bias=False),
        batch_norm=nn.BatchNorm2d(out_channels),
        relu=nn.ReLU(),
    )


def conv_bn(in_channels: int, out_channels: int) -> nn.Sequential:
    return chain(
        conv=nn.Conv2d(in_channels, out_channels, 1, bias=False),
        batch_norm=nn.BatchNorm2d(out_channels),
        relu=nn.ReLU(),
    )


class Network(nn.Module):
    """tiny: 3x8x8 -> 10."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.fractal = group(
            conv_bn_relu=conv_bn_relu(3, 4, 3, 1),
            max_pool=nn.MaxPool2d(2),
            conv_bn_relu_2=conv_bn_relu(3, 4, 3, 1),
            conv_bn_relu_3=conv_bn_relu(4, 4, 3, 1),
            max_pool_2=nn.MaxPool2d(2),
            learned=group(logits=torch.zeros(2)),
        )
        self.csp = group(
            conv_bn=conv_bn(4, 3),
            conv_bn_relu=conv_bn_relu(3, 3, 1, 0),
            conv_bn_2=conv_bn(3, 3),
            conv_bn_3=conv_bn(4, 3),
            conv_bn_4=conv_bn(6, 6),
        )
        self.global_avg_pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.linear = nn.Linear(6, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        y = self.fractal.conv_bn_relu(x)
        y = self.fractal.max_pool(y)
        x = self.fractal.conv_bn_relu_2(x)
        x = self.fractal.conv_bn_relu_3(x)
        x = self.fractal.max_pool_2(x)
        z = self.fractal.learned.logits.softmax(0)
        x = y * z[0] + x * z[1]

        y = self.csp.conv_bn(x)
        y = self.csp.conv_bn_relu(y)
        y = self.csp.conv_bn_2(y)
        x = self.csp.conv_bn_3(x)
        x = torch.cat([y, x], 1)
        x = self.csp.conv_bn_4(x)

        x = self.global_avg_pool(x)
        return self.linear(x)


def tiny(pretrained: str | None = None, **kwargs: int) -> Network:
    """Return the network.

    Args:
        pretrained: A safetensors file of its weights; left out, they are drawn.
        **kwargs: `num_classes`, 10 when left out; `linear` is drawn for another.
    """
    network = Network(**kwargs)
    if pretrained is not None:
        load_weights(network, pretrained, head="linear")
    return network


'''


def test_a_file_reads_as_if_written_by_hand():
    network = compile_graph(expand(load_text(TINY))).eval()
    text = source(network, "tiny.py")
    assert text[: text.index("def group(")] == EXPECTED
