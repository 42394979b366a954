from __future__ import annotations

import pytest

from fractalgen.errors import SearchError
from fractalgen.search.weight_sharing.preflight import check_sharing
from fractalgen.spec import load_text

BODY = "{sequence: [{conv_bn: {out: {choice: [4, 8]}}}, flatten, {linear: {out: 10}}]}"


def spec(body: str = BODY, shape: str = "[1, 8, 8]", rest: str = ""):
    return load_text(f"network: {{input: {shape}, body: {body}}}\n{rest}")


def test_holes_inside_the_network_share_weights():
    check_sharing(spec())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"shape": "[1, {choice: [8, 16]}, 8]"},
            r"the hole 'network.input\[1\]' cannot be searched with shared weights: every network takes the same images",
        ),
        (
            {"rest": "train: {lr: {float: [0.01, 0.1]}}"},
            r"the hole 'train.lr' cannot be searched with shared weights: one recipe trains all networks. Give it a value",
        ),
        ({"rest": "drop_path: {rate: {choice: [0, 0.1]}}"}, r"the hole 'drop_path.rate' cannot be searched"),
        ({"rest": "data: {source: digits, val_fraction: {choice: [0.1, 0.2]}}"}, r"trained on the same data"),
        (
            {"body": BODY.replace("out: 10", "out: {choice: [10, 20]}")},
            r"the hole .*linear.out' changes what the network returns: .*10.* or .*20.* put the hole before the last layer",
        ),
    ],
)
def test_a_hole_that_shared_weights_cannot_judge_is_named(arguments, message):
    with pytest.raises(SearchError, match=message):
        check_sharing(spec(**arguments))


def test_a_hole_inside_an_alternative_is_looked_at_too():
    nested = "{choice: [identity, {linear: {out: {choice: [10, 12]}}}]}"
    with pytest.raises(SearchError, match=r"changes what the network returns"):
        check_sharing(spec(BODY.replace("{linear: {out: 10}}", "{linear: {out: 10}}, " + nested)))
