"""What is checked in every run, because it goes wrong silently."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn

from fractalgen.compiler import Network
from fractalgen.training.guards.gradients import GradientWatch
from fractalgen.training.guards.noise import check_noise
from fractalgen.training.guards.ops import missing_ops
from fractalgen.training.guards.order import depends_on_order
from fractalgen.training.score import Guards


def check_start(network: nn.Module, images: Tensor) -> Guards:
    """Return what can be said of a network before it is trained; a few `images` do."""
    missing = missing_ops(network.graph, network, images) if isinstance(network, Network) else ()
    return replace(check_noise(network, images), missing_ops=missing, order_dependent=depends_on_order(network, images))


__all__ = ["GradientWatch", "check_noise", "check_start", "depends_on_order", "missing_ops"]
