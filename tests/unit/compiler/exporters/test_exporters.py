import subprocess
import sys

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.compiler.exporters.safetensors import read
from fractalgen.errors import ExportError
from fractalgen.passes import expand
from fractalgen.spec import load_text

SPEC = """
name: "sm'all \\"\\"\\" net"
network:
  input: [3, 8, 8]
  body:
    sequence:
      - fractal:
          columns: 3
          unit: {conv_bn_relu: {out: 4, dropout: 0.2}}
          join: JOIN
          end: max_pool
      - join: {mode: mean, adapt: project, branches: [{conv: {out: 6, kernel: [1, 3], bias: true}}, identity]}
      - flatten
      - linear: {out: 5}
"""


def net(join="mean", seed=0):
    network = compile_graph(expand(load_text(SPEC.replace("JOIN", join))), seed=seed)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return network.eval()


@pytest.mark.parametrize("join", ["mean", "sum", "max", "learned", "{concat: {project: true}}"])
def test_python_source_gives_the_same_logits_with_torch_alone(join, tmp_path):
    network = net(join)
    EXPORTERS.get("python")(network, tmp_path / "network.py")
    EXPORTERS.get("safetensors")(network, tmp_path / "weights.safetensors")
    torch.manual_seed(0)
    x = torch.randn(4, 3, 8, 8)
    torch.save({"x": x, "y": network(x)}, tmp_path / "case.pt")
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("fractalgen", "safetensors", "networkx_", "optuna", "ray"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
import torch, network
case = torch.load("case.pt")
model = network.Network().eval()
network.load_weights(model, "weights.safetensors")
assert torch.equal(model(case["x"]), case["y"])
assert set(model.state_dict()) == set(torch.load("names.pt"))
"""
    torch.save(sorted(network.state_dict()), tmp_path / "names.pt")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    script = [sys.executable, "network.py", "weights.safetensors"]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tensor(")


def test_weights_read_back_into_the_same_network_only(tmp_path):
    network, other = net(), net(seed=1)
    path = tmp_path / "w.safetensors"
    EXPORTERS.get("safetensors")(network, path)
    read(other, path)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), other.parameters(), strict=True))
    with pytest.raises(ExportError, match="weights of another network"):
        read(net("learned"), path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ExportError, match="cannot be read"):
        read(other, path)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    for name in EXPORTERS:
        with pytest.raises(ExportError, match="cannot be written"):
            EXPORTERS.get(name)(net(), tmp_path / "taken" / "x")
