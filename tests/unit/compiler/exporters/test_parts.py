"""Ops and joins that no other network of these tests has are exported and lowered to the same numbers."""

import onnxruntime
import pytest
import torch

from fractalgen.compiler import LoweringOptions, compile_graph, lower
from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.compiler.exporters.python import source
from fractalgen.passes import expand
from fractalgen.spec import load_text

SPEC = """
name: parts
network:
  input: [3, 8, 8]
  body:
    sequence:
      - conv_bn: {out: 4, act: {leaky_relu: {slope: 0.1}}}
      - join: {mode: shake, branches: [{conv: {out: 4}}, {conv: {out: 4}}, mish]}
      - pad: {channels: [0, 2], height: [1, -1], width: -1}
      - conv_transpose: {out: 5, bias: true}
      - flatten
      - linear: {out: 3}
"""


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    made = compile_graph(expand(load_text(SPEC)))
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made.eval()


@pytest.fixture
def images():
    return torch.randn(5, 3, 8, 8)


def test_onnxruntime_answers_as_the_network(network, images, tmp_path):
    path = tmp_path / "net.onnx"
    EXPORTERS.get("onnx")(network, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    torch.testing.assert_close(torch.from_numpy(answer), network(images), rtol=1e-4, atol=1e-4)


def test_the_exported_program_answers_as_the_network(network, images, tmp_path):
    path = tmp_path / "net.pt2"
    EXPORTERS.get("torch-export")(network, path)
    torch.testing.assert_close(torch.export.load(path).module()(images), network(images))


def test_the_source_computes_the_same(network, images):
    names = {"__name__": "exported"}
    exec(source(network), names)  # noqa: S102
    twin = names["Network"]()
    twin.load_state_dict(network.state_dict())
    assert torch.equal(twin.eval()(images), network(images))


def test_lowered_code_computes_the_same(network, images):
    torch.testing.assert_close(
        lower(network.between(), LoweringOptions())(images), network(images), rtol=1e-5, atol=1e-5
    )
