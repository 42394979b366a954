"""Every proxy against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from fractalgen.errors import SearchError
from fractalgen.search.proxies import PROXIES

SMALL = 1e-5


def linear(*rows):
    layer = nn.Linear(len(rows[0]), len(rows), bias=False)
    layer.weight = nn.Parameter(torch.tensor(rows, dtype=torch.float))
    return layer


def score(name, network, inputs, targets=None):
    inputs = torch.tensor(inputs, dtype=torch.float)
    targets = torch.zeros(len(inputs), dtype=torch.long) if targets is None else torch.tensor(targets)
    return PROXIES.get(name)().score(network.eval(), inputs, targets)


class Squares(nn.Module):
    def forward(self, x):
        return x**2


def test_synflow_is_the_flow_of_ones_through_absolute_weights_counted_at_every_layer():
    network = nn.Sequential(linear([1, -2], [3, -4]), nn.ReLU(), linear([-1, 2]))
    # |W| 1 = (3, 7), and 1 * 3 + 2 * 7 = 17 flows through either layer.
    assert score("synflow", network, [[5.0, -5.0]]) == pytest.approx(34)


def test_synflow_takes_norms_out():
    norm = nn.BatchNorm1d(2)
    norm.running_mean.fill_(5)
    norm.running_var.fill_(0.1)
    network = nn.Sequential(linear([1, -2], [3, -4]), norm, nn.LayerNorm(2), nn.ReLU(), linear([-1, 2]))
    assert score("synflow", network, [[0.0, 0.0]]) == pytest.approx(34)


def test_synflow_of_two_ways_adds_them():
    class Ways(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other = linear([2.0]), linear([-3.0])

        def forward(self, x):
            return self.one(x) + self.other(x)

    assert score("synflow", Ways(), [[1.0]]) == pytest.approx(5)


def test_grad_norm_adds_the_norms_of_the_layers():
    # Both logits are 6, so the gradient of the loss of class 0 is (-1/2, 1/2): times h = 2 for V, and for w
    # V^T (-1/2, 1/2) x = 0.
    network = nn.Sequential(linear([2.0]), linear([3.0], [3.0]))
    assert score("grad_norm", network, [[1.0]]) == pytest.approx(math.sqrt(2))
    # With V = (3, 1): logits 6 and 2, p = sigmoid(4); dV = (p - 1, 1 - p) h, dw = (3 - 1)(p - 1) x.
    left = 1 - 1 / (1 + math.exp(-4))
    network = nn.Sequential(linear([2.0]), linear([3.0], [1.0]))
    assert score("grad_norm", network, [[1.0]]) == pytest.approx(left * 2 * math.sqrt(2) + 2 * left, rel=1e-4)


def test_snip_is_the_sum_of_weights_times_gradients():
    network = nn.Sequential(linear([3.0], [3.0]))
    assert score("snip", network, [[2.0]]) == pytest.approx(3 * 1 + 3 * 1)
    left = 1 - 1 / (1 + math.exp(-4))
    network = nn.Sequential(linear([2.0]), linear([3.0], [1.0]))
    assert score("snip", network, [[1.0]]) == pytest.approx(2 * left * (3 + 1) + 2 * 2 * left, rel=1e-4)


@pytest.mark.parametrize("name", ["grad_norm", "snip"])
def test_the_loss_is_the_mean_over_the_mini_batch(name):
    network = nn.Sequential(linear([3.0], [3.0]))
    assert score(name, network, [[2.0], [2.0], [2.0]]) == pytest.approx(score(name, network, [[2.0]]))


@pytest.mark.parametrize("name", ["grad_norm", "snip", "jacob_cov", "naswot"])
def test_batch_norms_take_the_statistics_of_the_mini_batch(name):
    def network(mean):
        norm = nn.BatchNorm1d(2)
        norm.running_mean.fill_(mean)
        return nn.Sequential(norm, nn.ReLU(), linear([1.0, 2.0], [3.0, -4.0]))

    inputs = [[1.0, 2.0], [3.0, -1.0], [0.0, 0.5]]
    assert score(name, network(100.0), inputs, [0, 1, 0]) == score(name, network(-100.0), inputs, [0, 1, 0])


def test_jacob_cov_of_a_linear_network_is_that_of_rows_that_are_all_alike():
    like = (2 * (math.log(SMALL) + 1 / SMALL)) + math.log(3 + SMALL) + 1 / (3 + SMALL)
    network = nn.Sequential(linear([1.0, 2.0], [3.0, -4.0]))
    assert score("jacob_cov", network, [[1.0, 2.0], [0.0, 1.0], [5.0, 5.0]]) == pytest.approx(-like, rel=1e-6)


def test_jacob_cov_is_minus_the_number_of_inputs_when_their_rows_are_uncorrelated():
    # The gradient of the sum of squares is 2 x.
    inputs = [[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 2.0, -2.0], [1.0, 1.0, -1.0, -1.0]]
    expected = -3 * (math.log(1 + SMALL) + 1 / (1 + SMALL))
    assert score("jacob_cov", Squares(), inputs) == pytest.approx(expected, rel=1e-9)
    assert expected == pytest.approx(-3, abs=1e-4)


def test_jacob_cov_of_rows_that_are_half_alike_lies_between():
    # Correlation 1/2: eigenvalues 1/2 and 3/2.
    inputs = [[1.0, -1.0, 0.0], [1.0, 0.0, -1.0]]
    expected = -sum(math.log(v + SMALL) + 1 / (v + SMALL) for v in (0.5, 1.5))
    assert score("jacob_cov", Squares(), inputs) == pytest.approx(expected, rel=1e-9)


def test_jacob_cov_refuses_tokens():
    with pytest.raises(SearchError, match="jacob_cov takes gradients of the inputs, and tokens have none"):
        PROXIES.get("jacob_cov")().score(nn.Embedding(3, 2), torch.tensor([[1, 2]]), torch.tensor([[1, 2]]))


def test_naswot_is_the_log_determinant_of_how_many_activations_agree():
    # Codes 110 and 100: each agrees with itself in 3 places, with the other in 2; det = 9 - 4.
    assert score("naswot", nn.Sequential(nn.ReLU()), [[1.0, 1.0, -1.0], [1.0, -1.0, -1.0]]) == pytest.approx(
        math.log(5)
    )


def test_naswot_counts_every_relu():
    # Behind the second one all three are above 0 for both: det of [[6, 5], [5, 6]] = 11.
    shifted = nn.Sequential(nn.ReLU(), nn.Softplus(), nn.ReLU())
    assert score("naswot", shifted, [[1.0, 1.0, -1.0], [1.0, -1.0, -1.0]]) == pytest.approx(math.log(11))


def test_naswot_refuses_a_network_without_relus():
    with pytest.raises(SearchError, match="naswot counts how ReLUs switch, and the network has none"):
        score("naswot", nn.Sequential(nn.GELU()), [[1.0]])
