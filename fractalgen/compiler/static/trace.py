"""Section -> code that computes the same in evaluation, with the names of its weights unchanged."""

from __future__ import annotations

from torch import fx, nn

from fractalgen.compiler.schedule import BatchStep
from fractalgen.compiler.section import Section
from fractalgen.compiler.static.draft import Draft
from fractalgen.compiler.static.write_join import write_join


def trace(section: Section) -> Draft:
    """Return the code of a section: a call for each op, arithmetic for each join that is plain arithmetic."""
    draft, plan = Draft(section.graph), section.live_plan
    values = {}
    for source in plan.sources:
        name = "x" if len(plan.sources) == 1 else section.graph.nodes[source].path
        values[source] = draft.code.placeholder(name.replace(".", "_"))
        values[source].meta |= {"path": name, "node": source}
    for step in plan.steps:
        inputs = [values[index] for index in step.inputs]
        values[step.node] = _write(draft, section.live_parts[step.node], step, inputs)
        values[step.node].meta.setdefault("node", step.node)
    outputs = tuple(values[index] for index in plan.outputs)
    draft.code.output(outputs[0] if len(outputs) == 1 else outputs)
    return draft


def _write(draft: Draft, part: nn.Module, step: BatchStep, inputs: list[fx.Node]) -> fx.Node:
    graph = draft.origin
    path, target = graph.nodes[step.node].path, graph.nodes[graph.owners[step.node]].path
    draft.attributes[target] = part
    if step.kept is not None:
        return write_join(draft, path, part, inputs, step.kept)
    return draft.module(path, inputs[0], target=target)
