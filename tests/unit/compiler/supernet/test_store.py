from __future__ import annotations

import torch

from fractalgen.compiler.supernet import WeightStore


def ramp(*shape: int) -> torch.Tensor:
    return torch.arange(float(torch.Size(shape).numel())).view(shape)


def test_a_narrower_weight_is_the_first_channels_of_a_wider_one():
    store = WeightStore()
    store.write("conv", ramp(4, 3))
    assert torch.equal(store.read("conv", torch.zeros(2, 2)), ramp(4, 3)[:2, :2])


def test_what_is_not_there_is_filled_in_and_the_store_stays_as_it_is():
    store = WeightStore()
    store.write("conv", ramp(2, 2))
    found = store.read("conv", -torch.ones(3, 3))
    assert found.tolist() == [[0, 1, -1], [2, 3, -1], [-1, -1, -1]]
    assert store.parameters == 4


def test_a_weight_grows_to_cover_all_that_were_written():
    store = WeightStore()
    store.write("conv", ramp(4, 1))
    store.write("conv", -ramp(1, 3))
    known = store.slots["conv"]["weight"]
    assert known.shape == (4, 3)
    assert torch.equal(known[1:, :1], ramp(4, 1)[1:])
    assert torch.equal(known[:1], -ramp(1, 3))
    assert bool(torch.isfinite(known).all())


def test_writing_a_narrow_weight_leaves_the_other_channels_to_the_last_bit():
    store = WeightStore()
    store.write("conv", torch.rand(4, 4))
    before = store.slots["conv"]["weight"].clone()
    store.write("conv", torch.zeros(2, 2))
    after = store.slots["conv"]["weight"]
    assert torch.equal(after[2:], before[2:])
    assert torch.equal(after[:2, 2:], before[:2, 2:])
    assert not after[:2, :2].any()


def test_state_is_zero_where_it_was_never_written_and_counts_stay_counts():
    store = WeightStore()
    store.write("conv", ramp(2, 2))
    store.write_state("conv", {"momentum": torch.ones(2, 2), "step": 3, "steps": torch.tensor(3.0)})
    store.write("conv", ramp(3, 3))
    found = store.read_state("conv", ramp(3, 3))
    assert found["momentum"].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert (found["step"], float(found["steps"])) == (3, 3.0)


def test_bytes_count_weights_and_state():
    store = WeightStore()
    store.write("conv", torch.zeros(10))
    store.write_state("conv", {"momentum": torch.zeros(10)})
    assert store.bytes == 80
