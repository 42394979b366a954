import torch
from torch import nn

from fractalgen.compiler import LoweringOptions, lower

FOLD = LoweringOptions(merge="never")


def norms(module):
    return sum(isinstance(each, nn.BatchNorm2d) for each in module.modules())


def same(network, lowered, shape=(2, 3, 8, 8)):
    x = torch.randn(*shape).double()
    torch.testing.assert_close(lowered(x), network(x), rtol=0, atol=1e-12)


def test_a_batch_norm_after_a_convolution_is_folded(net_of):
    for conv in ({"out": 4}, {"out": 4, "bias": True}, {"groups": "$channels", "stride": 2}, {"out": 6, "groups": 3}):
        for norm in ({}, {"affine": False}, {"eps": 0.1}):
            network = net_of({"sequence": [{"conv": conv}, {"dropout": {"rate": 0.5}}, {"batch_norm": norm}]})
            lowered = lower(network.between(), FOLD)
            assert norms(lowered) == 0
            assert lowered.conv.bias is not None
            same(network, lowered)


def test_batch_norms_stay_when_asked_to(net_of):
    network = net_of({"sequence": [{"conv": {}}, "batch_norm"]})
    assert norms(lower(network.between(), LoweringOptions(fold_batch_norm=False))) == 1


def test_a_value_that_others_read_too_keeps_its_batch_norm(net_of):
    network = net_of({"sequence": [{"conv": {}}, {"join": {"mode": "sum", "branches": ["batch_norm", "identity"]}}]})
    lowered = lower(network.between(), FOLD)
    assert norms(lowered) == 1
    same(network, lowered)


def test_shared_weights_keep_their_batch_norms(net_of):
    unit = {"sequence": [{"conv": {"share": "w"}}, "batch_norm"]}
    network = net_of({"sequence": [unit, unit]})
    lowered = lower(network.between(), FOLD)
    assert norms(lowered) == 2
    same(network, lowered)


def test_a_batch_norm_after_anything_else_stays(net_of):
    network = net_of({"sequence": ["max_pool", "batch_norm", {"conv": {}}]})
    lowered = lower(network.between(), FOLD)
    assert norms(lowered) == 1
    same(network, lowered)


def test_columns_fold_statistics_of_their_own(make_net, stir):
    network = stir(make_net(batch_norm="per_column")).double().eval()
    x = torch.randn(2, 3, 8, 8).double()
    for column in network.columns():
        torch.testing.assert_close(lower(column, FOLD)(x), column(x), rtol=0, atol=1e-12)
