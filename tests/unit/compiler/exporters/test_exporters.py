"""What every format promises, and the weights."""

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.compiler.exporters.safetensors import read
from fractalgen.errors import ExportError
from fractalgen.passes import expand
from fractalgen.spec import load_text

EVALUATE = ["onnx", "python", "torch-export"]


def test_every_format_is_known():
    assert {*EVALUATE, "safetensors"} == set(EXPORTERS)


def test_weights_read_back_into_the_same_network_only(net, tmp_path):
    network, other = net(), net(seed=1)
    path = tmp_path / "w.safetensors"
    assert EXPORTERS.get("safetensors")(network, path) == ""
    read(other, path)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), other.parameters(), strict=True))
    with pytest.raises(
        ExportError, match=r"another network: .*logits is not there in it, \(2,\) in the network. Use the spec"
    ):
        read(net("learned"), path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ExportError, match="w.safetensors' is damaged: .*Train the network again"):
        read(other, path)
    with pytest.raises(ExportError, match="away' cannot be read: No such file"):
        read(other, tmp_path / "away")


def test_the_weights_of_a_column_have_the_same_names(net, tmp_path):
    network, path = net(), tmp_path / "w.safetensors"
    EXPORTERS.get("safetensors")(network.column(1), path)
    read(net(seed=1).column(1), path)
    with pytest.raises(ExportError, match="weights of another network"):
        read(network, path)


@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_a_file_that_cannot_be_written_is_named(net, name, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(ExportError, match="taken/x' cannot be written"):
        EXPORTERS.get(name)(net(), tmp_path / "taken" / "x")


@pytest.mark.parametrize("per", ["batch", "sample"])
@pytest.mark.parametrize("name", EVALUATE)
def test_a_network_that_trains_with_drop_path_is_refused(net, name, per, tmp_path):
    network = net(rate=0.1, per=per).train()
    kind = "drop-path for each sample" if per == "sample" else "drop-path"
    with pytest.raises(ExportError, match=rf"training with {kind}, and {name} holds evaluation.* network.eval\(\)"):
        EXPORTERS.get(name)(network, tmp_path / "x")
    EXPORTERS.get("safetensors")(network, tmp_path / "x")


BUS = """
name: bus
network:
  input: [3, 8, 8]
  body:
    sequence:
      - residual_bus: {streams: 2, kind: manifold, body: {site: {conv_bn_relu: {}}}}
      - global_avg_pool
"""


@pytest.mark.parametrize("name", ["onnx", "torch-export"])
def test_a_residual_bus_is_exported(name, tmp_path):
    network = compile_graph(expand(load_text(BUS))).eval()
    told = EXPORTERS.get(name)(network, tmp_path / "x")
    assert float(told.rpartition(" ")[2]) < 1e-5


def test_a_network_that_trains_without_drop_path_is_exported_as_it_evaluates(net, tmp_path):
    network = net().train()
    assert "largest difference" in EXPORTERS.get("torch-export")(network, tmp_path / "x")
    assert all(module.training for module in network.modules())
