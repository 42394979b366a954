"""A spec file -> everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from fractalgen.errors import FractalGenError, GraphError, SpecError, SpecErrors
from fractalgen.ir.check_names import check_names
from fractalgen.passes import expand
from fractalgen.spec import Hole, Spec, load

Check = Callable[[Spec], tuple[SpecError, ...]]
"""Returns the problems in the part of a spec that a later stage reads."""


def check_file(file: Path, *checks: Check) -> tuple[FractalGenError, ...]:
    """Return the problems of a spec file; none when it is right.

    A space is checked at its first point, and once more for each other alternative and end of range of each hole.

    Args:
        file: The file.
        checks: Of later stages.
    """
    try:
        spec = load(file)
        check_names(spec)
    except SpecErrors as error:
        return error.errors
    except SpecError as error:
        return (error,)
    problems: dict[str, FractalGenError] = {str(each): each for check in checks for each in check(spec)}
    for plain in _samples(spec) if "network" in spec.tree.value else ():
        try:
            plain.check_sections()
            expand(plain)
        except SpecErrors as error:
            problems.update((str(each), each) for each in error.errors)
        except (SpecError, GraphError) as error:
            problems[str(error)] = error
    return tuple(problems.values())


def _samples(spec: Spec) -> list[Spec]:
    samples = [spec.first()]
    for hole in spec.space.holes:
        others = range(1, int(hole.high) + 1) if hole.kind == "choice" else (hole.high,)
        samples += [spec.fill(spec.space.decide(partial(_pick, hole, value))) for value in others]
    return samples


def _pick(hole: Hole, value: float, each: Hole) -> float:
    """Return `value` for `hole`, what leads to it for the choices around it, and the first value for all others."""
    if each.name == hole.name:
        return value
    leading = dict(hole.under).get(each.name)
    return leading[0] if leading else each.low
