"""Networks of the field: what their sources count, and that they train."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from fractalgen.compiler import compile_graph
from fractalgen.passes import expand, facts
from fractalgen.spec import load, load_text
from fractalgen.training.guards import check_noise

FIELD = Path(__file__).parents[3] / "search_spaces" / "field"

COUNTS = [
    ("yolov4", 64_363_101),  # arXiv 2004.10934, the authors' yolov4.cfg for 80 classes
    ("stochastic_depth", 1_727_962),  # arXiv 1603.09382 prints 1.7M for ResNet-110
    ("shake_shake", 2_923_162),  # arXiv 1705.07485 prints 2.9M for 26 2x32d; pytorchcv counts 2,923,162
    ("unet_valid", 31_030_658),  # arXiv 1505.04597, figure 1, by hand
    ("googlenet", 6_998_552),  # arXiv 1409.4842, table 1, without auxiliary classifiers; Caffe's bvlc_googlenet
    ("se_resnet50", 28_088_024),  # arXiv 1709.01507, table 1; pytorchcv
]


def facts_of(name, *overrides):
    return facts(expand(load(FIELD / f"{name}.yaml", overrides)))


@pytest.mark.parametrize(("name", "parameters"), COUNTS)
def test_a_network_of_the_field_has_the_parameters_of_its_source(name, parameters):
    assert facts_of(name).parameters == parameters


def test_yolov4_has_three_outputs_of_255_channels_at_608_pixels():
    assert facts_of("yolov4").outputs == ("255x76x76", "255x38x38", "255x19x19")


def test_yolov4_is_one_spec_of_at_most_80_lines():
    assert len((FIELD / "yolov4.yaml").read_text().splitlines()) <= 80


def test_yolov4_for_20_classes_has_75_channels_a_head():
    overrides = [f"rules.head.parameters.classes.default={20}"]
    assert facts_of("yolov4", *overrides).outputs == ("75x76x76", "75x38x38", "75x19x19")


def test_yolov4_answers_at_64_pixels_and_gradients_reach_everything_it_learns():
    network = compile_graph(expand(load(FIELD / "yolov4.yaml", ["network.input=[3, 64, 64]"]))).train()
    answers = network(torch.randn(2, 3, 64, 64))
    assert [tuple(answer.shape) for answer in answers] == [(2, 255, 8, 8), (2, 255, 4, 4), (2, 255, 2, 2)]
    sum(answer.square().mean() for answer in answers).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_se_resnet50_computes_what_pytorchcvs_port_does_with_its_weights():
    port = pytest.importorskip(
        "pytorchcv.models.seresnet", reason="needs pytorchcv, of the extra `bench`"
    ).seresnet50b()
    network = compile_graph(expand(load(FIELD / "se_resnet50.yaml")))
    kinds = (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
    mine, theirs = ([each for each in net.modules() if isinstance(each, kinds)] for net in (network, port))
    for own, other in zip(mine, theirs, strict=True):  # the gates are linear layers here, and 1x1 convolutions there
        state = other.state_dict()
        own.load_state_dict({name: state[name].view_as(value) for name, value in own.state_dict().items()})
    images = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        torch.testing.assert_close(network.eval()(images), port.eval()(images), rtol=1e-3, atol=1e-4)


def fractal(columns, width):
    """A block of units as wide as what comes in, alone and inside of CSP: their MACs."""
    block = f"{{fractal: {{columns: {columns}, unit: {{conv_bn_relu: {{out: W}}}}}}}}"
    alone = block.replace("W", str(width))
    halved = f"{{csp: {{out: {width}, inner: {block.replace('W', str(width // 2))}}}}}"
    bodies = (f"network: {{input: [{width}, 8, 8], body: {body}}}" for body in (alone, halved))
    return [facts(expand(load_text(body))).macs for body in bodies]


@pytest.mark.parametrize(("columns", "share"), [(1, 2 / 4), (2, 4 / 12), (3, 8 / 28), (4, 16 / 60)])
@pytest.mark.parametrize("width", [16, 64, 256])
def test_csp_around_a_fractal_block_leaves_a_share_of_its_macs_that_no_width_changes(columns, share, width):
    """k = 2^C - 1 convolutions of 9 W^2 against 9 k W^2 / 4 and 1x1s of 9 W^2 / 4: (k + 1) / 4 k is left."""
    alone, halved = fractal(columns, width)
    assert halved / alone == pytest.approx(share)


@pytest.mark.parametrize(("columns", "cut"), [(2, 0.306), (3, 0.381), (4, 0.411)])
def test_csp_with_three_quarters_of_the_channels_inside_cuts_the_macs_by_30_to_41_percent(columns, cut):
    width, inner = 64, 48
    block = f"{{fractal: {{columns: {columns}, unit: {{conv_bn_relu: {{out: {inner}}}}}}}}}"
    body = f"{{csp: {{out: {width}, width: {inner}, inner: {block}}}}}"
    found = facts(expand(load_text(f"network: {{input: [{width}, 8, 8], body: {body}}}"))).macs
    assert 1 - found / fractal(columns, width)[0] == pytest.approx(cut, abs=5e-4)


def test_csp_keeps_the_columns_of_the_block():
    assert len(facts_of("csp_fractal").columns) == 3


def test_dropping_decays_linearly_to_one_half():
    """Equation 4; the expected number of blocks is (3 L - 1) / 4."""
    graph = expand(load(FIELD / "stochastic_depth.yaml"))
    rates = [node.part.rate for node in graph.nodes if node.kind == "stochastic_depth"]
    assert len(rates) == 54
    assert rates == pytest.approx([0.5 * (i + 1) / 54 for i in range(54)])
    assert sum(1 - rate for rate in rates) == pytest.approx((3 * 54 - 1) / 4)
    assert facts(graph).depth == 109


@pytest.mark.parametrize(("width", "printed"), [(64, 11.7e6), (96, 26.2e6)])
def test_shake_shake_rounds_to_what_the_paper_prints(width, printed):
    found = facts_of("shake_shake", f"network.body.sequence[1].stages.width={width}")
    assert round(found.parameters, -5) == printed
    assert found.depth == 25


def test_a_unet_without_padding_makes_388_pixels_of_572():
    found = facts_of("unet_valid")
    assert found.outputs == ("2x388x388",)


def test_a_unet_with_the_head_of_a_known_port_has_its_count():
    """zhixuhao/unet counts 31,031,685: a 3x3 convolution to two channels and a 1x1 to one, in place of a 1x1 to two."""
    head = "{sequence: [{conv: {out: 2, bias: true}}, {conv: {out: 1, kernel: 1, bias: true}}]}"
    text = (FIELD / "unet_valid.yaml").read_text().replace("{conv: {out: 2, kernel: 1, bias: true}}", head)
    assert facts(expand(load_text(text))).parameters == 31_031_685


def test_crescendonet_has_15_layers_and_columns_that_grow_by_one_unit_a_block():
    graph = expand(load(FIELD / "crescendonet.yaml"))
    found = facts(graph)
    linear = sum(node.kind == "linear" for node in graph.nodes)
    assert found.depth + linear == 15
    assert [column.depth for column in found.columns] == [3, 6, 9, 12]
    assert found.parameters == 3_980_746


TINY = {
    "csp_fractal": ["network.body.sequence[1].foreach.over.out=[8]", "network.body.sequence[0].conv_bn_relu.out=8"],
    "stochastic_depth": [
        "network.body.sequence[1].stages={blocks: 2, width: 4}",
        "network.body.sequence[0].conv_bn.out=4",
    ],
    "shake_shake": ["network.body.sequence[1].stages={blocks: 1, width: 4}"],
    "crescendonet": ["network.body.sequence[0].foreach.over.width=[4, 4]"],
    "unet_valid": ["network.body.sequence[0].valid_unet={depth: 3, width: 4}", "network.input=[1, 60, 60]"],
    "se_resnet50": ["network.body.sequence[2].stages={width: 4, blocks: [1, 2]}", "network.input=[3, 32, 32]"],
}
"""Each network with fewer and thinner layers."""


@pytest.mark.parametrize("name", TINY)
def test_a_thin_version_takes_steps_that_reach_everything_it_learns(name):
    graph = expand(load(FIELD / f"{name}.yaml", TINY[name]))
    network = compile_graph(graph).train()
    torch.manual_seed(0)
    images = torch.randn(8, *graph.nodes[graph.inputs[0]].type.shape)
    optimizer = torch.optim.SGD(network.parameters(), 0.01)
    losses = []
    for _ in range(2):
        optimizer.zero_grad()
        answer = network(images).flatten(1)
        loss = F.cross_entropy(answer, torch.arange(8) % answer.shape[1])
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert all(parameter.grad is not None for parameter in network.parameters())
    assert losses[0] != losses[1]


@pytest.mark.parametrize("name", ["stochastic_depth", "shake_shake"])
def test_a_random_depth_and_a_shake_differ_in_training_and_not_in_evaluation(name):
    network = compile_graph(expand(load(FIELD / f"{name}.yaml", TINY[name])))
    guards = check_noise(network, torch.randn(4, 3, 32, 32))
    assert (guards.noise_declared, guards.noise_observed, guards.noise_in_evaluation) == (True, True, False)
