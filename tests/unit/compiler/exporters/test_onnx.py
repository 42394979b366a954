import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.errors import ExportError, MissingDependencyError

write = EXPORTERS.get("onnx")


def answer(path, x):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {session.get_inputs()[0].name: x.numpy()})[0])


@pytest.mark.parametrize("join", ["mean", "max", "learned", "gate", "manifold", "{concat: {project: true}}"])
def test_onnxruntime_answers_as_the_network_for_any_batch(net, join, tmp_path):
    network, path = net(join), tmp_path / "net.onnx"
    told = write(network, path)
    assert told.startswith("largest difference from the network in onnxruntime: ")
    assert float(told.rpartition(" ")[2]) < 1e-4
    for batch in (1, 5):
        x = torch.randn(batch, 3, 8, 8)
        torch.testing.assert_close(answer(path, x), network(x), rtol=1e-4, atol=1e-4)


def test_a_network_of_half_precision_is_written(net, tmp_path):
    network, path = net().half(), tmp_path / "net.onnx"
    write(network, path)
    x = torch.randn(2, 3, 8, 8).half()
    torch.testing.assert_close(answer(path, x), network(x), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize(("dtype", "by"), [(torch.float64, "onnxruntime"), (torch.bfloat16, "onnx")])
def test_a_precision_without_convolutions_is_refused(net, dtype, by, tmp_path):
    with pytest.raises(ExportError, match=rf"^{by} cannot use the model: .*Export a network in float32 or float16"):
        write(net().to(dtype), tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def test_torch_that_traces_writes_the_same_model(net, monkeypatch, tmp_path):
    monkeypatch.setattr("fractalgen.compiler.exporters.onnx.PROGRAMS_SINCE", "99")
    network, path = net("gate"), tmp_path / "net.onnx"
    write(network, path)
    value = onnx.load(path).graph.input[0]
    assert (value.name, value.type.tensor_type.shape.dim[0].dim_param) == ("x", "batch")
    x = torch.randn(5, 3, 8, 8)
    torch.testing.assert_close(answer(path, x), network(x), rtol=1e-4, atol=1e-4)


def test_a_model_says_what_goes_in_and_out(net, tmp_path):
    write(net().column(2), tmp_path / "net.onnx")
    graph = onnx.load(tmp_path / "net.onnx").graph
    shapes = [
        (value.name, [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim])
        for value in (*graph.input, *graph.output)
    ]
    assert shapes == [("x", ["batch", 3, 8, 8]), ("linear", ["batch", 5])]
    assert "BatchNormalization" not in {node.op_type for node in graph.node}


def test_tokens_go_in(text_net, tmp_path):
    write(text_net, tmp_path / "net.onnx")
    x = torch.randint(0, 9, (3, 6))
    torch.testing.assert_close(answer(tmp_path / "net.onnx", x), text_net(x), rtol=1e-4, atol=1e-4)


class Bessel(nn.Module):
    def forward(self, x):
        return torch.special.bessel_j1(x)


def test_an_op_that_onnx_lacks_is_named(net, with_module, tmp_path):
    section = with_module(net(), Bessel())
    with pytest.raises(
        ExportError, match=r"'relu' at fractal\.conv_bn_relu_2\.relu cannot be written as onnx: .*bessel_j1"
    ) as caught:
        write(section, tmp_path / "x")
    assert "rules.conv_bn_relu.body.sequence[3]: " in str(caught.value)
    assert not (tmp_path / "x").exists()


def test_answers_that_differ_are_refused(net, monkeypatch, tmp_path):
    monkeypatch.setattr("fractalgen.compiler.exporters.onnx.TOLERANCE", -1.0)
    with pytest.raises(ExportError, match="in onnxruntime differ from the network's by"):
        write(net().column(1), tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def without(*names):
    from importlib.util import find_spec

    return lambda name: None if name in names else find_spec(name)


def test_missing_packages_are_named_with_the_line_that_installs_them(net, monkeypatch, tmp_path):
    monkeypatch.setattr("fractalgen.compiler.exporters.onnx.find_spec", without("onnx", "onnxscript"))
    with pytest.raises(MissingDependencyError, match=r"onnx and onnxscript .*pip install 'fractalgen\[onnx\]'"):
        write(net(), tmp_path / "net.onnx")


def test_without_onnxruntime_the_file_is_checked_by_onnx_alone(net, monkeypatch, tmp_path):
    monkeypatch.setattr("fractalgen.compiler.exporters.onnx.find_spec", without("onnxruntime"))
    assert "were not compared" in write(net().column(1), tmp_path / "net.onnx")
