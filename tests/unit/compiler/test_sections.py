"""Columns, parts between names, statistics of columns, anytime answers."""

import copy

import pytest
import torch
from torch import nn

from fractalgen.compiler import Budget, Column, compile_graph
from fractalgen.errors import CompileError
from fractalgen.passes import expand, facts
from fractalgen.spec import load_text


def batches(count=3, size=8):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(size, 3, 8, 8, generator=generator) for _ in range(count)]


def test_parts_between_names_compose_to_the_whole(make_net):
    network = make_net().double().eval()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    middle = network.between(ends=["fractal"])(x)
    assert middle.shape == (2, 4, 4, 4)
    assert torch.equal(network.between(["fractal"])(middle), network(x))
    two = network.between(ends=["fractal.mean", "global_avg_pool"])(x)
    assert torch.equal(network.linear(two[1]), network(x))


def test_a_part_holds_only_its_own_weights_and_shares_them(make_net):
    network = make_net()
    head = network.between(["global_avg_pool"])
    assert [name for name, _ in head.named_parameters()] == ["linear.weight", "linear.bias"]
    assert head.get_parameter("linear.weight") is network.linear.weight


def test_parts_that_cannot_be_are_refused(make_net):
    network = make_net()
    with pytest.raises(CompileError, match="nothing is called 'fractl'. Did you mean 'fractal'"):
        network.between(ends=["fractl"])
    with pytest.raises(CompileError, match="linear also needs 'input', which is not given"):
        network.between(["fractal_2.conv_bn_relu.conv"])
    with pytest.raises(CompileError, match=r"'fractal.*' takes \(batch, 4, 4, 4\), found \(2, 3, 8, 8\)"):
        network.between(["fractal"])(torch.zeros(2, 3, 8, 8))
    with pytest.raises(CompileError, match="'fractal' and 'fractal.mean_2' are one value. Name each start once"):
        network.between(["fractal", "fractal.mean_2"])
    with pytest.raises(CompileError, match=r"names are given as a list, found 'fractal'. Write \['fractal'\]"):
        network.between("fractal")


def test_parts_and_answers_leave_the_modes_of_modules(make_net):
    network = make_net().train()
    frozen = network.get_submodule("fractal.conv_bn_relu.batch_norm").eval()
    network.predict(torch.randn(2, 3, 8, 8), Budget(macs=1))
    assert all(part.training for part in (*network.columns(), network.between()))
    assert [module for module in network.modules() if not module.training] == [frozen]


def test_macs_of_columns_are_those_of_the_facts(make_net):
    network = make_net()
    found = facts(network.graph)
    assert [column.macs for column in network.columns()] == [column.macs for column in found.columns]
    assert network.between().macs == found.macs


def norms(module):
    return {name: each for name, each in module.named_modules() if isinstance(each, nn.BatchNorm2d)}


def test_columns_have_statistics_of_their_own_and_share_all_else(make_net):
    network = make_net(batch_norm="per_column", rate=0.0, **{"global": 1.0})
    twin = make_net(batch_norm="shared")
    assert {n for n in network.state_dict() if not n.startswith("column_statistics")} == set(twin.state_dict())
    own = [n for n in network.state_dict() if n.startswith("column_statistics")]
    assert len(own) == 3 * sum(len(norms(column)) for column in twin.columns())
    assert {name.rpartition(".")[2] for name in own} == {"running_mean", "running_var", "num_batches_tracked"}
    assert sum(p.numel() for p in network.parameters()) == facts(network.graph).parameters
    for column, other in zip(network.columns(), twin.columns(), strict=True):
        assert set(column.state_dict()) == set(other.state_dict())
        assert column.get_parameter("linear.weight") is network.linear.weight


def test_each_mode_of_training_moves_its_own_statistics_alone(make_net):
    network = make_net(batch_norm="per_column", rate=0.0, **{"global": 1.0}).train()
    before = copy.deepcopy(network.state_dict())
    network(batches()[0])
    column = network.mode.removeprefix("column ")
    moved = {name for name, tensor in network.state_dict().items() if not torch.equal(tensor, before[name])}
    assert moved
    assert all(name.startswith(f"column_statistics.{column}.") for name in moved)


def test_statistics_of_columns_are_saved_and_loaded(make_net):
    network = make_net(batch_norm="per_column", rate=0.0, **{"global": 1.0}).train()
    for x in batches():
        network(x)
    other = make_net(batch_norm="per_column", seed=5)
    other.load_state_dict(network.state_dict())
    x = torch.randn(2, 3, 8, 8)
    for mine, theirs in zip(network.eval().columns(), other.eval().columns(), strict=True):
        assert torch.equal(mine(x), theirs(x))
    broken = dict(network.state_dict())
    del broken["linear.weight"]
    with pytest.raises(RuntimeError, match=r"Missing key.*linear\.weight"):
        other.load_state_dict(broken)


@pytest.mark.parametrize("assign", [False, True])
def test_columns_share_scales_after_loading(make_net, assign):
    network, other = (make_net(batch_norm="per_column", seed=seed) for seed in (0, 5))
    other.load_state_dict(network.state_dict(), assign=assign)
    scale = other.get_parameter("fractal.conv_bn_relu.batch_norm.weight")
    assert other.column(1).get_parameter("fractal.conv_bn_relu.batch_norm.weight") is scale
    assert copy.deepcopy(other).state_dict().keys() == network.state_dict().keys()


@pytest.mark.parametrize("batch_norm", ["shared", "per_column"])
def test_recalibration_is_the_mean_over_the_batches(make_net, batch_norm):
    network = make_net(batch_norm=batch_norm).eval()
    untouched = copy.deepcopy(network.state_dict())
    column = network.column(1)
    column.recalibrate(batches())
    first = column.get_submodule("fractal.conv_bn_relu.batch_norm")
    seen = [network.fractal.conv_bn_relu.conv(x) for x in batches()]
    torch.testing.assert_close(first.running_mean, torch.stack([y.mean((0, 2, 3)) for y in seen]).mean(0))
    torch.testing.assert_close(first.running_var, torch.stack([y.var((0, 2, 3)) for y in seen]).mean(0))
    assert not column.training
    assert all(torch.equal(tensor, untouched[name]) for name, tensor in network.state_dict().items())
    assert not torch.equal(column(batches()[0]), network.column(1)(batches()[0]))


def test_a_network_recalibrates_the_whole_and_every_column(make_net):
    network = make_net(batch_norm="per_column").train()
    before = copy.deepcopy(network.state_dict())
    network.recalibrate(batches())
    means = [name for name in before if name.endswith("running_mean")]
    assert all(not torch.equal(network.state_dict()[name], before[name]) for name in means)
    assert network.training
    assert all(norm.training for norm in norms(network).values())
    assert all(norm.momentum == 0.1 for norm in norms(network).values())


@pytest.mark.parametrize("given", [[], [torch.zeros(2, 3, 8, 8), torch.zeros(2, 1, 8, 8)]], ids=["none", "one wrong"])
def test_a_recalibration_that_fails_leaves_the_statistics(make_net, given):
    network = make_net(batch_norm="per_column").train()
    network(batches(1)[0])
    column, before = network.column(2), copy.deepcopy(network.state_dict())
    own = copy.deepcopy(column.state_dict())
    for module in (network, column):
        with pytest.raises(CompileError, match=r"mean over no batches|found \(2, 1, 8, 8\)"):
            module.recalibrate(given)
    after = network.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert all(torch.equal(column.state_dict()[name], value) for name, value in own.items())


def test_a_copied_network_is_whole(make_net):
    network = make_net(batch_norm="per_column").train()
    twin = copy.deepcopy(network)
    x = batches()[0]
    assert torch.equal(network(x), twin(x))
    twin.linear.weight.data.zero_()
    assert network.linear.weight.any()
    assert not twin.column(2).linear.weight.any()


def test_an_answer_fits_its_budget_in_macs(make_net):
    network = make_net().train()
    x = torch.randn(2, 3, 8, 8)
    macs = [column.macs for column in network.columns()]
    whole = network.between().macs
    modes = []
    for budget in (1, macs[0], macs[1], macs[2] - 1, whole - 1, whole):
        answer = network.predict(x, Budget(macs=budget))
        modes.append(network.mode)
        chosen = network if network.mode == "full" else network.column(int(network.mode[-1]))
        assert torch.equal(answer, chosen.eval()(x))
        network.train()
    assert modes == ["column 1", "column 1", "column 2", "column 2", "column 3", "full"]
    assert network.training


def test_an_answer_fits_its_budget_in_time(make_net, monkeypatch):
    network = make_net()
    times = {1: 2.0, 2: 3.0, 3: 5.0, None: 9.0}
    measured = []

    def measure(section, x):
        measured.append(tuple(x.shape))
        return times[section.index if isinstance(section, Column) else None]

    monkeypatch.setattr("fractalgen.compiler.network.milliseconds_of", measure)
    x = torch.randn(2, 3, 8, 8)
    modes = [(network.predict(x, Budget(milliseconds=ms)), network.mode)[1] for ms in (1, 2.5, 4, 5, 20)]
    assert modes == ["column 1", "column 1", "column 2", "column 3", "full"]
    assert len(measured) == 4


def test_measured_times_are_positive(make_net):
    network = make_net()
    network.predict(torch.randn(1, 3, 8, 8), Budget(milliseconds=1e6))
    assert network.mode == "full"


BROKEN = [{}, {"macs": 1, "milliseconds": 1}, {"macs": 0}, {"macs": "5"}, {"milliseconds": float("nan")}]


@pytest.mark.parametrize("budget", BROKEN)
def test_a_budget_is_one_figure_above_zero(budget):
    with pytest.raises(CompileError, match="a budget is MACs or milliseconds above 0"):
        Budget(**budget)


def test_what_is_no_budget_is_named(make_net):
    with pytest.raises(CompileError, match=r"^5 is no budget\. Write Budget"):
        make_net().predict(torch.randn(2, 3, 8, 8), 5)


def test_an_answer_wants_an_input_of_the_networks_shape(make_net):
    with pytest.raises(CompileError, match="takes"):
        make_net().predict(torch.randn(2, 4, 8, 8), Budget(macs=1))


def test_tokens_and_numbers_are_not_mixed_up(make_net):
    with pytest.raises(CompileError, match="takes floating-point numbers, found int64"):
        make_net()(torch.zeros(2, 3, 8, 8, dtype=torch.int64))
    text = "network: {input: {shape: [4], dtype: int}, body: {embedding: {tokens: 9, out: 2}}}"
    with pytest.raises(CompileError, match=r"takes whole numbers \(tokens\), found float32"):
        compile_graph(expand(load_text(text)))(torch.zeros(2, 4))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_an_input_of_another_precision_than_the_weights_is_named(make_net, dtype):
    network, x = make_net().train(), torch.zeros(2, 3, 8, 8, dtype=dtype)
    for module in (network, network.column(1), network.between(ends=["fractal"])):
        with pytest.raises(CompileError, match=r"takes float32, as its weights are, found float(64|16). Give x.to"):
            module(x)


def test_other_precisions_may_meet_under_autocast(make_net):
    with torch.autocast("cpu", torch.bfloat16):
        assert make_net()(torch.zeros(2, 3, 8, 8, dtype=torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize("x", [None, [1.0], torch.tensor(1.0)], ids=["none", "list", "number"])
@pytest.mark.parametrize("per", ["batch", "sample"])
def test_what_is_no_batch_is_named_and_draws_nothing(make_net, per, x):
    network = make_net(per=per).train()
    before = network.drop_path_state()["generator"]
    with pytest.raises(CompileError, match=r"the network takes (a tensor, found|\(batch, 3, 8, 8\), found \(\))"):
        network(x)
    assert torch.equal(network.drop_path_state()["generator"], before)
