"""The selective scan is its recurrence, and the ops around it move pixels as they say."""

import pytest
import torch
from torch.nn import functional as F

from fractalgen.nn.layout import ToImage, ToSequence
from fractalgen.nn.sample import GaussianSample
from fractalgen.nn.state_space import SelectiveScan


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def scan(channels=3, state=4, rank=2, **options):
    """A scan whose weights are all drawn, in float64."""
    module = SelectiveScan(channels, state, rank, **options).double()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    return module


def step_by_step(module, x):
    """The recurrence as the paper writes it, one position after another."""
    low, read_in, read_out = module.select(x).split([module.rank, module.state, module.state], dim=-1)
    step = F.softplus(module.step(low) + module.shift)
    rate = -module.log_decay.exp().view(module.channels, module.state)
    h = torch.zeros(len(x), module.channels, module.state, dtype=x.dtype)
    answers = []
    for t in range(x.shape[1]):
        h = torch.exp(step[:, t, :, None] * rate) * h + step[:, t, :, None] * read_in[:, t, None, :] * x[:, t, :, None]
        answers.append((h * read_out[:, t, None, :]).sum(-1) + module.skip * x[:, t])
    return torch.stack(answers, 1)


@pytest.mark.parametrize("length", [1, 2, 3, 9, 10, 37])
def test_the_chunked_scan_is_the_recurrence_step_by_step(length):
    module, x = scan(), torch.randn(2, length, 3, dtype=torch.float64)
    torch.testing.assert_close(module(x), step_by_step(module, x), rtol=1e-12, atol=1e-12)


def test_the_gradients_are_those_of_the_recurrence():
    module, x = scan(), torch.randn(2, 11, 3, dtype=torch.float64, requires_grad=True)
    inputs = [x, *module.parameters()]
    found = torch.autograd.grad(module(x).square().sum(), inputs)
    wanted = torch.autograd.grad(step_by_step(module, x).square().sum(), inputs)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_a_position_hears_of_those_before_it_alone_and_in_reverse_of_those_after_it():
    x = torch.randn(1, 12, 3, dtype=torch.float64)
    changed = x.clone()
    changed[:, 5] += 1
    for reverse, same in ((False, slice(0, 5)), (True, slice(6, 12))):
        module = scan(reverse=reverse)
        differs = (module(x) != module(changed)).any(-1)[0]
        assert not differs[same].any()
        assert differs.sum() == 12 - (same.stop - same.start)


def test_decays_that_vanish_within_a_chunk_are_no_trouble():
    module = scan()
    with torch.no_grad():
        module.log_decay.fill_(6.0)
    x = 30 * torch.randn(1, 50, 3, dtype=torch.float64, requires_grad=True)
    found = module(x)
    torch.testing.assert_close(found, step_by_step(module, x))
    assert torch.isfinite(torch.autograd.grad(found.sum(), x)[0]).all()


def test_a_new_scan_begins_with_steps_from_a_thousandth_to_a_tenth_and_decays_of_whole_numbers():
    module = SelectiveScan(500, 4, 1)
    steps = F.softplus(module.shift.detach())
    assert 0.00099 < float(steps.min()) < 0.0011
    assert 0.09 < float(steps.max()) < 0.101
    torch.testing.assert_close(module.log_decay.exp().view(500, 4)[7], torch.tensor([1.0, 2.0, 3.0, 4.0]))


@pytest.mark.parametrize("order", ["rows", "columns"])
def test_an_image_becomes_a_sequence_and_itself_again(order):
    image = torch.randn(2, 3, 4, 5)
    there = ToSequence(order)(image)
    assert torch.equal(ToImage(4, 5, order)(there), image)
    second = image[:, :, 0, 1] if order == "rows" else image[:, :, 1, 0]
    assert torch.equal(there[:, 1], second)


def test_a_sample_has_the_mean_and_variance_that_it_was_given():
    mean, log_variance = torch.tensor([2.0, -1.0]), torch.tensor([0.0, -2.0])
    moments = torch.cat([mean, log_variance]).expand(200_000, 4)
    module = GaussianSample(-1)
    drawn = module(moments)
    torch.testing.assert_close(drawn.mean(0), mean, rtol=0, atol=0.01)
    torch.testing.assert_close(drawn.var(0), log_variance.exp(), rtol=0, atol=0.01)
    assert torch.equal(module.eval()(moments), moments[:, :2])
