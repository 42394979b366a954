"""What `runtime.py` compares: training steps of one net, and the surviving convolutions alone as the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from pytorchcv.models.fractalnet_cifar import CIFARFractalNet
from torch import Tensor, nn
from torch.nn import functional as F

from fractalgen.compiler import Network, compile_graph
from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.compiler.schedule import plan
from fractalgen.passes import expand
from fractalgen.spec import DropPath, load

SPEC = Path(__file__).parents[1] / "search_spaces" / "cifar10" / "fractalnet20-pytorchcv.yaml"
LOOP = "network.body.sequence[0].foreach"
DROPOUT = (0.0, 0.1, 0.2, 0.3, 0.4)
LOCAL, GLOBAL = 0.15, 0.5  # arXiv 1605.07648, section 4
SEED = 0


@dataclass(frozen=True)
class Case:
    """One net, on one device in one precision: `fp32`, or `bf16` for autocast."""

    columns: int
    widths: tuple[int, ...] = (64, 128, 256, 512, 512)
    batch: int = 32
    device: str = "cpu"
    precision: str = "fp32"
    channels_last: bool = False

    @property
    def memory_format(self) -> torch.memory_format:
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def images(self) -> Tensor:
        x = torch.randn(self.batch, 3, 32, 32, generator=torch.Generator().manual_seed(SEED))
        return x.to(self.device, memory_format=self.memory_format)

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16")


def port_of(case: Case) -> nn.Module:
    """The port, which draws its masks from numpy's generator."""
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    model = CIFARFractalNet(list(case.widths), case.columns, list(DROPOUT), LOCAL, GLOBAL)
    return model.to(case.device, memory_format=case.memory_format)


def network_of(case: Case, drop_path: DropPath) -> Network:
    columns = f"{LOOP}.body.sequence[0].fractal.columns={case.columns}"
    graph = expand(load(SPEC, [columns, f"{LOOP}.over.width={list(case.widths)}"]))
    return compile_graph(graph, drop_path, SEED).to(case.device, memory_format=case.memory_format)


def papers(per: str = "batch", **changes: float) -> DropPath:
    return DropPath(**{"rate": LOCAL, "global": GLOBAL, "per": per, **changes})


class Training:
    """Forward, loss, backward and SGD with momentum."""

    def __init__(self, model: nn.Module, case: Case) -> None:
        self.model, self.case, self.mode = model.train(), case, ""
        self.optimizer = sgd(model)
        self.x = case.images()
        self.y = torch.arange(case.batch, device=case.device) % 10

    def prepare(self) -> None:
        """Nothing is left out of the time."""

    def step(self) -> None:
        with self.case.autocast():
            loss = F.cross_entropy(self.model(self.x), self.y)
        torch.autograd.backward(loss)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.mode = getattr(self.model, "mode", "")


class Limit:
    """The convolutions that survive the patterns that `network` draws, forward and backward, and the optimizer."""

    def __init__(self, network: Network, case: Case) -> None:
        self.network, self.case, self.mode = network, case, ""
        self.sampler = DropPathSampler(network.graph, network.drop_path, SEED)
        self.optimizer = sgd(network, lr=0.0)  # the weights are another contender's
        self.tensors: dict[tuple[int, ...], Tensor] = {}
        self.work: list[tuple[nn.Conv2d, Tensor, Tensor]] = []

    def prepare(self) -> None:
        drawn = self.sampler.sample()
        self.mode, graph = drawn.mode, self.network.graph
        live = [step.node for step in plan(graph, drawn.pattern).steps if graph.nodes[step.node].kind == "conv"]
        self.work = [self._conv(node) for node in live]

    def step(self) -> None:
        for conv, x, gradient in self.work:
            with self.case.autocast():
                y = conv(x)
            wanted = [conv.weight, x] if x.requires_grad else [conv.weight]
            conv.weight.grad = torch.autograd.grad(y, wanted, gradient)[0]
        self.optimizer.step()
        self.optimizer.zero_grad()

    def _conv(self, node: int) -> tuple[nn.Conv2d, Tensor, Tensor]:
        graph = self.network.graph
        conv = self.network.get_submodule(graph.nodes[node].path)
        first = graph.nodes[node].inputs[0] in graph.inputs
        x = self._noise(graph.input_types(node)[0].shape)
        return conv, x if first else x.requires_grad_(), self._noise(graph.nodes[node].type.shape).detach()

    def _noise(self, shape: Sequence[int]) -> Tensor:
        if shape not in self.tensors:
            dtype = torch.bfloat16 if self.case.precision == "bf16" else torch.float32
            tensor = torch.randn(self.case.batch, *shape).to(self.case.device, dtype)
            self.tensors[shape] = tensor.contiguous(memory_format=self.case.memory_format)
        return self.tensors[shape]


def sgd(model: nn.Module, lr: float = 0.01) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
