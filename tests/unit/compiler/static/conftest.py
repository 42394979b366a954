"""Networks whose every number matters: no statistic, scale or logit is at its start."""

import pytest
import torch
from torch import nn

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.spec.tree import dump


def stirred(network):
    torch.manual_seed(7)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(std=0.3)
                module.running_var.uniform_(0.5, 2)
    return network


@pytest.fixture
def stir():
    return stirred


@pytest.fixture
def net_of():
    """A network of a body, in float64, in evaluation."""

    def make(body, shape=(3, 8, 8), **network):
        tree = {"network": {"input": list(shape), "body": body, **network}}
        return stirred(compile_graph(expand(load_text(dump(tree))))).double().eval()

    return make
