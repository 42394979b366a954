"""The figures of `runtime.py` as one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
Rows = list[Row]
Line = tuple[str, str, str, str, str]

MIB = 2**20
GIB = 2**30


def table(found: Mapping[str, Mapping[str, Row]]) -> str:
    """Every section of every device, a line a contender."""
    lines = ["| what | contender | figure | spread | against |", "| --- | --- | --- | --- | --- |"]
    for device, sections in found.items():
        for name, section in sections.items():
            lines += [f"| {' | '.join(line)} |" for line in LINES[name](section["rows"], device)]
    return "\n".join(lines)


def step_lines(rows: Rows, device: str) -> Iterable[Line]:
    for row in rows:
        means = {each["contender"]: each["mean_s"] for each in peers_of(row, rows)}
        mean, name = row["mean_s"], row["contender"]
        against = f"{means['port'] / mean:.2f} times as fast as the port"
        limit = means.get(name.replace("fractalgen", "surviving convs"))
        if limit is not None and name.startswith("fractalgen"):
            against += f", {mean / limit:.2f} of its convs and optimizer"
        spread = f"± {1000 * row['error_of_mean_s']:.0f}, quartiles {quartiles(row, 0)}"
        yield f"training step, {case_of(row, device)}", name, f"mean {1000 * mean:.0f} ms", spread, against


def memory_lines(rows: Rows, device: str) -> Iterable[Line]:
    for row in rows:
        port = next(each for each in peers_of(row, rows) if each["contender"] == "port")
        name, by = row["contender"], row["checkpointing"]
        name += "" if by == "none" else f", checkpointing by {by}"
        kinds = {"tensors": "tensor_bytes", "their mean": "mean_tensor_bytes", "process": "process_bytes"}
        figure = ", ".join(f"{kind} {row[key] / MIB:,.0f} MiB" for kind, key in kinds.items())
        shares = ", ".join(f"{row[key] / port[key]:.2f}" for key in kinds.values())
        yield f"peak of training steps, {case_of(row, device)}", name, figure, "", f"{shares} of the port's"


def latency_lines(rows: Rows, device: str) -> Iterable[Line]:
    for row in rows:
        medians = {each["contender"]: each["quartiles_s"][1] for each in peers_of(row, rows)}
        section, comma, how = row["contender"].partition(", ")
        whole, port = medians.get(f"whole{comma}{how}"), medians["port"]
        mine = medians[row["contender"]]
        is_part = section.startswith("column")
        against = (
            f"{mine / whole:.2f} of the whole net's" if is_part else f"{port / mine:.2f} times as fast as the port"
        )
        figure = f"median {1000 * mine:.1f} ms"
        yield f"evaluation, {case_of(row, device)}", row["contender"], figure, f"quartiles {quartiles(row, 1)}", against


def large_lines(rows: Rows, device: str) -> Iterable[Line]:
    del device  # always the CPU
    many, deep = rows
    convs = f"lowering {many['convs']:,} convolutions"
    figure = f"{many['compile_s']:.1f} s, {many['compile_bytes'] / GIB:.2f} GiB"
    yield convs, "to a module that trains", figure, "", f"expanded in {many['expand_s']:.1f} s"
    yield convs, "and to static code", f"{many['static_s']:.1f} s, {many['static_bytes'] / GIB:.2f} GiB", "", ""
    figure = f"{deep['seconds']:.1f} s, {deep['process_bytes'] / GIB:.2f} GiB"
    yield f"training step, {deep['contender']}, batch {deep['batch']}", "nothing dropped", figure, "", ""


LINES = {"steps": step_lines, "memory": memory_lines, "latency": latency_lines, "large": large_lines}


def case_of(row: Row, device: str) -> str:
    return f"C={row['columns']}, batch {row['batch']}, {device} {row['precision']}"


def peers_of(row: Row, rows: Rows) -> Rows:
    keys = ("columns", "batch", "precision")
    return [each for each in rows if all(each[key] == row[key] for key in keys)]


def quartiles(row: Row, digits: int) -> str:
    low, middle, high = (f"{1000 * value:.{digits}f}" for value in row["quartiles_s"])
    return f"{low}, {middle}, {high}"
