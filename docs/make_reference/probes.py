"""What parts and rules do to one sample of each kind, found by asking them."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from itertools import product
from typing import Any

from pages import code, flow

from fractalgen.errors import FractalGenError
from fractalgen.ir.builtin_rules import builtin_library
from fractalgen.ir.buses import CONNECTIONS
from fractalgen.ir.evaluate_bus import STREAMS
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import Part, declared, make
from fractalgen.ir.types import TensorType
from fractalgen.passes import expand, facts
from fractalgen.spec import load_text

WIDTH = 32
NUMBERS = (4, 8, WIDTH)
IMAGE = TensorType((WIDTH, 8, 8))
SAMPLES = {
    "image": (IMAGE, "[32, 8, 8]"),
    "sequence": (TensorType((8, WIDTH)), "[8, 32]"),
    "vector": (TensorType((WIDTH,)), "[32]"),
    "tokens": (TensorType((8,), "int"), "{shape: [8], dtype: int}"),
}
"""Kind -> the type of one sample, and how a spec writes it."""
FURTHER = {"sequence": (TensorType((16, WIDTH)), "[16, 32]")}
"""For ops that take none of these: a sequence as long as an image has pixels."""


@dataclass(frozen=True)
class OpSizes:
    """One row of an op's table, and the input in a spec."""

    cells: tuple[str, ...]
    input: str


@dataclass(frozen=True)
class JoinSizes:
    """One row of a join's table."""

    cells: tuple[str, ...]
    mode: Any
    droppable: bool


@dataclass(frozen=True)
class RuleSizes:
    """A call of a rule that builds, on which input, and what comes of it."""

    call: Any
    input: str
    sentence: str


def example_call(name: str, arguments: dict[str, Any]) -> Any:
    """Return a call as plain data."""
    return {name: arguments} if arguments else name


def sizes_of_op(name: str) -> tuple[dict[str, Any], list[OpSizes]]:
    """Return the arguments that an op needs, and what it then does to each kind of sample that it takes."""
    arguments = _needed(OPS.get(name))
    return arguments, _op_rows(name, arguments, SAMPLES) or _op_rows(name, arguments, FURTHER)


def _op_rows(name: str, arguments: dict[str, Any], samples: dict[str, tuple[TensorType, str]]) -> list[OpSizes]:
    rows: list[OpSizes] = []
    for kind, (source, text) in samples.items():
        if source.dtype == "int" and rows:
            continue
        try:
            op = make(OPS.get(name), name, arguments).resolved((source,))
            output, cost = op.infer((source,)), op.cost((source,))
        except FractalGenError:
            continue
        cells = (f"{kind} {source}", str(output), f"{cost.parameters:,}", f"{cost.macs:,}")
        rows.append(OpSizes(cells, text))
    return rows


def _needed(part: type[Part]) -> dict[str, Any]:
    return {name: WIDTH for name, (_, item) in declared(part).items() if item.default is MISSING}


def sizes_of_join(name: str) -> list[JoinSizes]:
    """Return what a join does to three branches, by itself and with each of its switches on."""
    part = JOINS.get(name)
    switches = [key for key, (hint, item) in declared(part).items() if hint is bool and item.default is False]
    return [_join_row(name, {**_needed(part), **more}) for more in ({}, *({key: True} for key in switches))]


def _join_row(name: str, arguments: dict[str, Any]) -> JoinSizes:
    inputs = (IMAGE,) * 3
    join: Any = make(JOINS.get(name), name, arguments).resolved(inputs)
    whole, alone = join.cost(inputs), join.cost(inputs, (0,))
    mode = example_call(name, arguments)
    survivor = f"{alone.parameters:,}" if join.can_drop else "cannot be dropped"
    order = "does not matter" if join.commutative else "matters"
    cells = (code(mode), str(join.infer(inputs)), f"{whole.parameters:,}", survivor, f"{whole.macs:,}")
    return JoinSizes((*cells, "yes" if join.can_drop else "no", order), mode, join.can_drop)


def sizes_of_connection(name: str) -> list[tuple[str, ...]]:
    """Return what a site learns and costs on each kind of sample, by itself and with each switch on."""
    part = CONNECTIONS.get(name)
    switches = [key for key, (hint, item) in declared(part).items() if hint is bool and item.default is False]
    rows = []
    for arguments in ({}, *({key: True} for key in switches)):
        for kind, (source, _) in SAMPLES.items():
            if source.dtype == "float":
                state = source.with_streams(STREAMS)
                connection = make(part, name, arguments)
                cost = connection.cost((state,))
                cells = (f"{kind} {source}", str(connection.infer((state,))), f"{cost.parameters:,}", f"{cost.macs:,}")
                rows.append((code(example_call(name, arguments)), *cells))
    return rows


def sizes_of_rule(name: str) -> RuleSizes:
    """Return a call of a rule with its needed parameters given, on the first kind of sample that it takes."""
    parameters = builtin_library(name).rules[name].parameters
    needed = {key: item.type for key, item in parameters.items() if item.default is None}
    for number, (kind, (source, text)) in product(NUMBERS, SAMPLES.items()):
        values = {"layer": "conv", "int": number}
        call = example_call(name, {key: values[type_] for key, type_ in needed.items()})
        try:
            found = facts(expand(load_text(f"network: {{input: {text}, body: {flow(call)}}}")))
        except FractalGenError:
            continue
        columns = f", {len(found.columns)} columns" if len(found.columns) > 1 else ""
        depth = f", depth {found.depth}" if found.depth else ""
        becomes = f"{kind} {source} becomes {', '.join(found.outputs)}"
        return RuleSizes(call, text, f"For example, {becomes} with {found.parameters:,} parameters{depth}{columns}")
    raise ValueError(f"no sample fits the rule {name!r}")
