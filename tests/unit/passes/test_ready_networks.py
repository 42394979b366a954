"""The counts of well-known networks, each with where it comes from."""

from pathlib import Path

import pytest

from fractalgen.passes import expand, facts
from fractalgen.spec import load

IMAGENET = Path(__file__).parents[3] / "search_spaces" / "imagenet"

COUNTS = [
    ("resnet18", 11_689_512),  # torchvision, weights of arXiv 1512.03385 table 1
    ("resnet34", 21_797_672),
    ("resnet50", 25_557_032),
    ("resnet101", 44_549_160),
    ("densenet121", 7_978_856),  # torchvision, arXiv 1608.06993 table 1
    ("vgg16", 138_357_544),  # torchvision, arXiv 1409.1556 configuration D
    ("cspdarknet53", 26_617_184),  # arXiv 2004.10934's backbone without a head, no conv bias, affine batch norm
]


@pytest.mark.parametrize(("name", "parameters"), COUNTS)
def test_a_ready_network_has_the_parameters_of_its_source(name, parameters):
    assert facts(expand(load(IMAGENET / f"{name}.yaml"))).parameters == parameters


def test_cspdarknet53_costs_26_gmac_at_512_pixels_and_sees_725():
    found = facts(expand(load(IMAGENET / "cspdarknet53.yaml")))
    assert round(found.macs / 1e9, 3) == 26.131
    assert found.receptive_field == 725
    assert found.outputs == ("1024x16x16",)


def test_fractalnet34_has_the_depth_of_resnet34():
    """arXiv 1605.07648, section 4.2: 4 blocks of 8, and the first convolution; the last layer is linear."""
    found = facts(expand(load(IMAGENET / "fractalnet34.yaml")))
    assert found.depth == 4 * 8 + 1
    assert len(found.columns) == 4
