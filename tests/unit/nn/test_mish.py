from __future__ import annotations

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text


@pytest.mark.parametrize(("x", "expected"), [(1.0, 0.865098), (0.0, 0.0), (-1.0, -0.303401)])
def test_mish_is_x_times_tanh_of_softplus(x, expected):
    network = compile_graph(expand(load_text("network: {input: [1, 1, 1], body: mish}")))
    assert network(torch.full((1, 1, 1, 1), x)).item() == pytest.approx(expected, abs=1e-6)
