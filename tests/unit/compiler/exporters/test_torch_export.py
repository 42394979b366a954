import io
import warnings

import pytest
import torch
from torch import nn

from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.errors import ExportError

write = EXPORTERS.get("torch-export")


def loaded(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of itself
        return torch.export.load(io.BytesIO(path.read_bytes())).module()


def test_a_program_answers_as_the_network_for_any_batch(net, tmp_path):
    network, path = net("learned"), tmp_path / "net.pt2"
    told = write(network, path)
    assert told.startswith("largest difference from the network: ")
    assert float(told.rpartition(" ")[2]) < 1e-5
    program = loaded(path)
    for batch in (1, 2, 7):
        x = torch.randn(batch, 3, 8, 8)
        torch.testing.assert_close(program(x), network(x), rtol=1e-5, atol=1e-5)


def test_a_column_is_a_program_of_its_own(net, tmp_path):
    network, path = net(), tmp_path / "net.pt2"
    write(network.column(1), path)
    x = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(loaded(path)(x), network.column(1)(x), rtol=1e-5, atol=1e-5)


def test_tokens_go_in(text_net, tmp_path):
    write(text_net, tmp_path / "net.pt2")
    x = torch.randint(0, 9, (3, 6))
    torch.testing.assert_close(loaded(tmp_path / "net.pt2")(x), text_net(x), rtol=1e-5, atol=1e-5)


class Undecided(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def test_an_op_that_cannot_be_exported_is_named(net, with_module, tmp_path):
    section = with_module(net(), Undecided())
    with pytest.raises(
        ExportError, match=r"'relu' at fractal\.conv_bn_relu_2\.relu cannot be written as torch-export"
    ) as caught:
        write(section, tmp_path / "x")
    assert "rules.conv_bn_relu.body.sequence[3]: " in str(caught.value)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("target", ["onnx", "torch-export"])
def test_weights_that_are_not_numbers_are_refused(net, target, tmp_path):
    network = net("mean")
    next(network.parameters()).data.fill_(float("nan"))
    with pytest.raises(ExportError, match="the network answers noise with NaN or infinity"):
        EXPORTERS.get(target)(network, tmp_path / "net")
