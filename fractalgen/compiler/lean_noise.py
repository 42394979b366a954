"""Plans whose dropout keeps less for the backward pass; what they compute is the same to the last bit on the CPU.

Of convolution, batch norm, ReLU and dropout, torch keeps four tensors of features on the CPU: the inputs of convolution
and norm, the result of ReLU, and the noise. With ReLU and dropout as one step the first two are enough.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from torch import Tensor, nn

from fractalgen.compiler.schedule import BatchStep, Parts, Plan, Step, Values
from fractalgen.ir.graph import Graph
from fractalgen.ir.ops.dropout import Dropout
from fractalgen.ir.ops.relu import Relu
from fractalgen.nn.lean_dropout import LeanDropout, LeanReluDropout
from fractalgen.passes.liveness import last_uses


@dataclass(frozen=True, slots=True)
class NoiseStep(Step):
    """Run a dropout; `relu` is the node of the ReLU that it runs as well, if any."""

    relu: int | None

    def value(self, parts: Parts, values: Values) -> Tensor:
        """Return the dropout's value."""
        part, x = parts[self.node], values[self.inputs[0]]
        plain = not isinstance(part, nn.Dropout) or not part.training
        if self.relu is not None:
            if not plain:
                fused: Tensor = LeanReluDropout.apply(x, part.p)  # type: ignore[no-untyped-call]
                return fused
            x = parts[self.relu](x)
        if plain or x.device.type != "cpu":
            result: Tensor = part(x)
        else:
            result = LeanDropout.apply(x, part.p)  # type: ignore[no-untyped-call]
        return result


def with_lean_noise(graph: Graph, what: Plan[BatchStep]) -> Plan[Step]:
    """Return the plan with its dropouts as `NoiseStep`s, each with the ReLU that it alone reads."""
    if not any(isinstance(graph.nodes[step.node].part, Dropout) for step in what.steps):
        return what
    readers = Counter(source for step in what.steps for source in step.inputs)
    made = {step.node: step for step in what.steps}
    joined: dict[int, int] = {}
    for step in what.steps:
        source = step.inputs[0] if isinstance(graph.nodes[step.node].part, Dropout) else -1
        alone = readers[source] == 1 and source not in what.outputs
        if source in made and alone and isinstance(graph.nodes[source].part, Relu):
            joined[step.node] = source
    gone = set(joined.values())
    steps = [_lean(graph, step, made.get(joined.get(step.node, -1))) for step in what.steps if step.node not in gone]
    done = last_uses({step.node: step.inputs for step in steps}, keep=what.outputs)
    return Plan(tuple(replace(step, done=done.get(step.node, ())) for step in steps), what.sources, what.outputs)


def _lean(graph: Graph, step: BatchStep, relu: BatchStep | None) -> Step:
    if relu is not None:
        return NoiseStep(step.node, relu.inputs, (), relu.node)
    if isinstance(graph.nodes[step.node].part, Dropout):
        return NoiseStep(step.node, step.inputs, (), None)
    return step
