"""Noise is exactly where it is declared."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from fractalgen.compiler import Network
from fractalgen.ir.parts import Part
from fractalgen.training.drop_path import HasDropPath
from fractalgen.training.modes import evaluating
from fractalgen.training.outputs import Outputs, outputs_of
from fractalgen.training.score import Guards

TRIES = 16
"""Training passes that are compared; drop-path may drop the same twice."""
DECLARED_TRIES = 512
"""As many where a part is declared stochastic: one that rarely zeroes a whole batch must show itself."""


def check_noise(network: nn.Module, images: Tensor) -> Guards:
    """Return whether passes over `images` differ in training and in evaluation, and whether they should.

    Leaves mode, generators and batch-norm statistics as they were.
    """
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    drop_path = network.drop_path_state() if isinstance(network, HasDropPath) else None
    devices = [images.device] if images.is_cuda else []
    training = network.training
    with torch.random.fork_rng(devices=devices), torch.no_grad():
        with evaluating(network):
            in_evaluation = _differ(lambda: outputs_of(network(images)), 2)
        network.train()
        modes: set[str] = set()

        def training_pass() -> Outputs:
            outputs = outputs_of(network(images))
            modes.add(getattr(network, "mode", "full"))
            return outputs

        declared = _has_stochastic_part(network)
        observed = _differ(training_pass, DECLARED_TRIES if declared else TRIES)
    network.train(training)
    for name, buffer in network.named_buffers():
        buffer.copy_(buffers[name])
    if isinstance(network, HasDropPath) and drop_path is not None:
        network.load_drop_path_state(drop_path)
    return Guards((), declared or modes != {"full"}, observed, in_evaluation)


def _differ(run: Callable[[], Outputs], times: int) -> bool:
    first = run()
    return any(not all(map(torch.equal, first, run())) for _ in range(times - 1))


def _has_stochastic_part(network: nn.Module) -> bool:
    if isinstance(network, Network):
        return any(isinstance(node.part, Part) and node.part.varies for node in network.graph.nodes)
    return any(isinstance(module, _DropoutNd) and module.p > 0 for module in network.modules())
