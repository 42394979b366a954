"""One measurement in a process of its own, for `runtime.py`: peaks of memory cannot be taken back.

python benchmarks/_probe.py '{"kind": "large", ...}'
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

from fractalgen.compiler import LoweringOptions, compile_graph, lower
from fractalgen.passes import expand
from fractalgen.spec import load

SPACES = Path(__file__).parents[1] / "search_spaces"
LOOP = "network.body.sequence[0].foreach"


class LivePeak(TorchDispatchMode):
    """The most bytes that tensors made inside held at once; scratch memory inside a kernel is no tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.live = self.peak = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tree_map_only(Tensor, lambda tensor: self._see(tensor, size=0), (args, kwargs))  # older than this, or known
        result = func(*args, **(kwargs or {}))
        tree_map_only(Tensor, lambda tensor: self._see(tensor, tensor.untyped_storage().nbytes()), result)
        return result

    def _see(self, tensor: Tensor, size: int) -> None:
        storage = tensor.untyped_storage()
        place = storage.data_ptr()
        if place not in self._known:
            self._known.add(place)
            self.live += size
            self.peak = max(self.peak, self.live)
            weakref.finalize(storage, self._forget, place, size)

    def _forget(self, place: int, size: int) -> None:
        self._known.discard(place)
        self.live -= size


def resident(what: str = "VmHWM") -> int:
    """The most bytes that this process has held, or with `VmRSS` those that it holds; from Linux.

    The figure of getrusage is no less than what the parent held when it started this process.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(what))


def memory(case: dict[str, Any], contender: str, checkpointing: str, steps: int) -> dict[str, float]:
    """What training steps add to the weights at their peaks: in the process, and in live tensors.

    Gradients are in both figures; the momentum, which the first step makes, is in the one of the process.
    """
    from _contenders import Case, Training, network_of, papers, port_of

    where = Case(**{**case, "widths": tuple(case["widths"])})
    drop_path = papers(rate=0.0, **{"global": 0.0}) if contender == "nothing dropped" else papers()
    model = port_of(where) if contender == "port" else network_of(where, drop_path)
    draws = None
    if contender != "port":
        model.checkpointing, draws = checkpointing, model.drop_path_state()
    training = Training(model, where)
    before = resident("VmRSS")
    for _ in range(steps):
        training.step()
    found = {"process_bytes": resident() - before}
    if draws is not None:
        model.load_drop_path_state(draws)  # the same patterns again
    peaks = [peak_of(training.step, where.device) for _ in range(steps)]
    return {**found, "tensor_bytes": max(peaks), "mean_tensor_bytes": statistics.mean(peaks)}


def peak_of(step: Callable[[], None], device: str) -> int:
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        start = torch.cuda.memory_allocated()
        step()
        return torch.cuda.max_memory_allocated() - start
    with LivePeak() as live:
        step()
    return live.peak


def large(columns: int) -> dict[str, float]:
    """Seconds and memory to lower five blocks of many columns of width 8; the last figure is for evaluation alone."""
    name = SPACES / "cifar10" / "fractalnet20.yaml"
    began = time.perf_counter()
    graph = expand(load(name, [f"{LOOP}.body.fractal.columns={columns}", f"{LOOP}.over.width={[8] * 5}"]))
    expanded = time.perf_counter()
    network = compile_graph(graph)
    compiled, memory = time.perf_counter(), resident()
    lower(network.between(), LoweringOptions(merge="never"))
    return {
        "convs": sum(node.kind == "conv" for node in graph.nodes),
        "expand_s": expanded - began,
        "compile_s": compiled - expanded,
        "compile_bytes": memory,
        "static_s": time.perf_counter() - compiled,
        "static_bytes": resident(),
    }


def deep(columns: int, batch: int) -> dict[str, float]:
    """One training step of the paper's ultra-deep net with nothing dropped, its heaviest."""
    spec = load(SPACES / "cifar100" / "ultra_deep.yaml", [f"{LOOP}.body.fractal.columns={columns}"])
    graph = expand(spec)
    network = compile_graph(graph)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.02, momentum=0.9)
    x, y = torch.randn(batch, 3, 32, 32), torch.arange(batch) % 100
    began = time.perf_counter()
    loss = F.cross_entropy(network(x), y)
    loss.backward()
    optimizer.step()
    return {"seconds": time.perf_counter() - began, "process_bytes": resident(), "loss": loss.item()}


def main() -> None:
    given = json.loads(sys.argv[1])
    torch.set_num_threads(given.pop("threads"))
    torch.manual_seed(0)
    kinds = {"memory": memory, "large": large, "deep": deep}
    print(json.dumps(kinds[given.pop("kind")](**given)))


if __name__ == "__main__":
    main()
