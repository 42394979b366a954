"""What every op promises, for every registered name."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import make
from fractalgen.ir.types import TensorType

IMAGE = TensorType((6, 9, 8))
VECTOR = TensorType((6,))
SEQUENCE = TensorType((5, 6))
TOKENS = TensorType((5,), "int")

CASES = [
    ("attention", {"heads": 2}, SEQUENCE),
    ("attention", {"heads": 3, "bias": False, "causal": True}, SEQUENCE),
    ("attention", {"heads": 2, "drop_rate": 0.3}, SEQUENCE),
    ("attention", {"heads": 2, "drop_rate": 0.3, "drop_span": 3, "drop_kind": "element", "causal": True}, SEQUENCE),
    ("avg_pool", {}, IMAGE),
    ("avg_pool", {"kernel": 3, "stride": 1, "padding": 1}, IMAGE),
    ("batch_norm", {}, IMAGE),
    ("batch_norm", {"affine": False}, IMAGE),
    ("conv", {}, IMAGE),
    ("conv", {"out": 4, "kernel": 1, "bias": True}, IMAGE),
    ("conv", {"out": 9, "kernel": (3, 5), "stride": (2, 1), "dilation": 2, "groups": 3}, IMAGE),
    ("conv", {"out": 4, "kernel": 2, "padding": 0}, IMAGE),
    ("conv_transpose", {}, IMAGE),
    ("conv_transpose", {"out": 4, "kernel": 4, "padding": 1, "bias": True}, IMAGE),
    ("conv_transpose", {"out": 5, "kernel": (3, 2), "stride": (1, 2)}, IMAGE),
    ("dropblock", {"rate": 0.3, "block": 3}, IMAGE),
    ("dropblock", {"rate": 0.3}, TensorType((64, 3, 20))),
    ("dropblock", {"rate": 0}, IMAGE),
    ("dropout", {"rate": 0.3}, IMAGE),
    ("dropout", {"rate": 0}, VECTOR),
    ("dropout2d", {"rate": 0.3}, IMAGE),
    ("embedding", {"tokens": 9, "out": 4}, TOKENS),
    ("flatten", {}, IMAGE),
    ("gelu", {}, SEQUENCE),
    ("global_avg_pool", {}, IMAGE),
    ("group_norm", {"groups": 3}, IMAGE),
    ("group_norm", {"groups": 2, "affine": False}, IMAGE),
    ("layer_norm", {}, IMAGE),
    ("layer_norm", {"affine": False}, SEQUENCE),
    ("leaky_relu", {"slope": 0.2}, SEQUENCE),
    ("linear", {"out": 5}, VECTOR),
    ("linear", {"bias": False}, TensorType((7, 6))),
    ("max_pool", {}, IMAGE),
    ("max_pool", {"kernel": (3, 2), "stride": (1, 2)}, IMAGE),
    ("mish", {}, IMAGE),
    ("pad", {"channels": (0, 3), "height": (1, -1), "width": -2}, IMAGE),
    ("pad", {}, IMAGE),
    ("positional_encoding", {}, SEQUENCE),
    ("positional_encoding", {"kind": "learned"}, SEQUENCE),
    ("relu", {}, IMAGE),
    ("rms_norm", {}, IMAGE),
    ("rms_norm", {"affine": False}, SEQUENCE),
    ("sample", {}, IMAGE),
    ("sample", {}, SEQUENCE),
    ("selective_scan", {}, SEQUENCE),
    ("selective_scan", {"state": 3, "rank": 2, "reverse": True}, TensorType((1, 17))),
    ("silu", {}, VECTOR),
    ("squeeze_excite", {"reduction": 2}, IMAGE),
    ("squeeze_excite", {}, IMAGE),
    ("stochastic_depth", {"rate": 0.5}, TensorType((8,))),
    ("stochastic_depth", {"rate": 0.5, "per": "batch"}, IMAGE),
    ("stochastic_depth", {"rate": 0}, SEQUENCE),
    ("to_image", {}, TensorType((9, 6))),
    ("to_image", {"height": 2, "order": "columns"}, TensorType((6, 4))),
    ("to_sequence", {}, IMAGE),
    ("to_sequence", {"order": "columns"}, IMAGE),
    ("upsample", {}, IMAGE),
    ("upsample", {"factor": 3, "mode": "bilinear"}, IMAGE),
]


def sample(source, batch=2):
    """A random batch of a type."""
    if source.dtype == "int":
        return torch.randint(0, 9, (batch, *source.shape))
    return torch.randn(batch, *source.shape)


def build(name, arguments, source):
    return make(OPS.get(name), name, arguments).resolved((source,))


def test_every_registered_op_has_a_case():
    assert {name for name, _, _ in CASES} == set(OPS)


@pytest.mark.parametrize(("name", "arguments", "source"), CASES)
def test_the_inferred_type_is_the_one_that_torch_computes(name, arguments, source):
    op = build(name, arguments, source)
    output = op.build((source,)).eval()(sample(source))
    assert tuple(output.shape[1:]) == op.infer((source,)).shape


@pytest.mark.parametrize(("name", "arguments", "source"), CASES)
def test_the_parameter_count_is_that_of_the_module(name, arguments, source):
    op = build(name, arguments, source)
    assert sum(p.numel() for p in op.build((source,)).parameters()) == op.cost((source,)).parameters


@pytest.mark.parametrize(("name", "arguments", "source"), CASES)
def test_the_macs_are_half_of_the_flops_that_torch_counts(name, arguments, source):
    op = build(name, arguments, source)
    module = op.build((source,)).eval()
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        module(sample(source, 1))
    assert counter.get_total_flops() == 2 * op.cost((source,)).macs


@pytest.mark.parametrize(("name", "arguments", "source"), CASES)
def test_training_differs_between_runs_only_for_stochastic_ops(name, arguments, source):
    op = build(name, arguments, source)
    module = op.build((source,)).train()
    x = sample(source, 4)
    first = module(x)
    same = all(torch.equal(first, module(x)) for _ in range(64))  # a coin for the whole batch falls alike now and then
    assert same is not (op.stochastic and not op.is_noop)


ACROSS = ("batch_norm", "group_norm", "upsample")
"""Normalising over positions is no window: it only rescales. Upsampling reads less than a row for each row."""
ROWS = [case for case in CASES if len(case[2].shape) == 3 and case[0] not in ACROSS]


@pytest.mark.parametrize(("name", "arguments", "source"), ROWS)
def test_the_window_is_what_one_output_row_sees(name, arguments, source):
    """Gradients from one output row reach exactly the rows that the window names."""
    op = build(name, arguments, source)
    torch.manual_seed(0)
    x = torch.rand(1, *source.shape, requires_grad=True)
    module = op.build((source,)).eval()
    if name == "max_pool":
        module = torch.nn.AvgPool2d(module.kernel_size, module.stride, module.padding)
    y = module(x)
    row = (
        y.flatten(1)[:, 0] if y.dim() == 2 and name != "flatten" else (y[:, :, y.shape[2] // 2] if y.dim() == 4 else y)
    )
    row.sum().backward()
    touched = x.grad.abs().sum((0, 1, 3)).nonzero().flatten()
    reach, _ = op.window((source,))
    assert int(touched[-1] - touched[0]) + 1 <= reach
    if y.dim() == 4:
        assert int(touched[-1] - touched[0]) + 1 == reach or touched[0] == 0 or touched[-1] == source.shape[1] - 1
