import time

import pytest
import torch
from torch import nn

from fractalgen.compiler import LoweringOptions, lower
from fractalgen.compiler.static import measure

ALWAYS = LoweringOptions(merge="always")


def convs(module):
    return [each for each in module.modules() if isinstance(each, nn.Conv2d)]


def branches(*these, mode="concat"):
    return {"join": {"mode": mode, "branches": list(these)}}


def test_siblings_of_one_geometry_become_one(net_of):
    body = branches(
        {"conv": {"out": 2}}, {"conv": {"out": 3, "bias": True}}, {"sequence": [{"conv": {"out": 4}}, "relu"]}
    )
    network = net_of(body)
    lowered = lower(network.between(), ALWAYS)
    assert [conv.out_channels for conv in convs(lowered)] == [9]
    x = torch.randn(2, 3, 8, 8).double()
    torch.testing.assert_close(lowered(x), network(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "other", [{"kernel": 1}, {"stride": 2}, {"dilation": 2}, {"padding": 0}, {"groups": 3}, {"share": "w"}]
)
def test_others_stay_apart(net_of, other):
    pair = [{"sequence": [{"conv": {"out": 3, **more}}, "global_avg_pool"]} for more in ({}, other)]
    body = {"sequence": [{"conv": {"share": "w", "out": 3}}, branches(*pair)]}
    network = net_of(body)
    assert len(convs(lower(network.between(), ALWAYS))) == len(convs(network))


def test_siblings_merge_where_that_is_faster(net_of, monkeypatch):
    network = net_of(branches({"conv": {"out": 2}}, {"conv": {"out": 3}}, {"conv": {"out": 4, "kernel": 1}}))
    asked, factors = [], [1.04, 1.06]

    def speed_up(before, after, device):
        asked.append(device.type)
        before(), after()
        return factors[len(asked) - 1]

    monkeypatch.setattr("fractalgen.compiler.static.merge_siblings.speed_up", speed_up)
    for count in (3, 2):
        assert len(convs(lower(network.between(), example=torch.randn(4, 3, 8, 8)))) == count
    assert asked == ["cpu", "cpu"]


def test_equal_siblings_are_measured_once(net_of, monkeypatch):
    block = branches({"conv": {"out": 3}}, {"sequence": [{"conv": {"out": 3}}, "relu"]}, mode="sum")
    network = net_of({"sequence": [block, block, block]})
    asked = []
    monkeypatch.setattr(
        "fractalgen.compiler.static.merge_siblings.speed_up", lambda *run: asked.append(run) or float(len(asked))
    )
    lower(network.between())
    assert len(asked) == 1


def test_the_faster_of_two_ways_is_found():
    def slow():
        time.sleep(0.002)

    device = torch.device("cpu")
    assert measure.speed_up(slow, list, device) > 2
    assert measure.speed_up(list, slow, device) < 0.5
