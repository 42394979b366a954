"""Every error type of fractalgen, and the place in a file that an error points at.

Fields go to `super().__init__` and the text is made in `__str__`, so that every error survives pickling:
Ray sends errors between processes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a user's file something stands. Lines and columns start at 1; 0 means unknown."""

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        spot = self.file
        if self.line:
            spot += f":{self.line}:{self.column}"
        return ": ".join(part for part in (spot, self.path) if part)


class FractalGenError(Exception):
    """Base of every error that fractalgen raises on purpose.

    Args:
        message: What is wrong, with the value found; starts in lower case, no full stop.
        hint: What to do about it; a whole sentence, or empty.
        place: Where in a file it is wrong, when it is in a file.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "", place: Place | None = None, *rest: object) -> None:
        super().__init__(message, hint, place, *rest)
        self.message = message
        self.hint = hint
        self.place = place

    def __str__(self) -> str:
        text = self.message if self.place is None else f"{self.place}: {self.message}"
        return f"{text}. {self.hint}" if self.hint else text


class SpecError(FractalGenError, ValueError):
    """A spec that means nothing: the text, its keys, its values or its references are wrong."""


class SpecSyntaxError(SpecError):
    """Text that is not YAML, or a formula that is not in the language's scalar grammar."""


class UnknownNameError(SpecError, LookupError):
    """A name that nothing answers to: a key, a rule, an op, a join, a sampler, a file."""


class ParameterError(SpecError):
    """A parameter whose value has the wrong type or lies outside its range."""


class SpecErrors(SpecError):  # noqa: N818 - several errors
    """Several problems in one file, each a `SpecError` of its own in `errors`."""

    def __init__(self, errors: tuple[SpecError, ...]) -> None:
        first = errors[0]
        super().__init__(first.message, first.hint, first.place)
        self.args = (errors,)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class GraphError(FractalGenError, ValueError):
    """A graph that cannot be: wrong references, too many columns, a join without inputs."""


class CycleError(GraphError):
    """A graph, or a chain of rule calls or imports, that runs into itself."""


class ShapeError(GraphError, TypeError):
    """Tensor types that do not fit an op or a join."""


class PassError(FractalGenError):
    """A pass broke its own promise; names the pass and those that ran before it."""

    exit_code = 1


class CompileError(FractalGenError):
    """A graph that cannot be lowered to torch, or a module used against its declaration."""


class TrainError(FractalGenError):
    """A training run that cannot start or go on: data, recipe, checkpoint, device."""


class DivergedError(TrainError, ArithmeticError):
    """The loss became NaN or infinite."""

    exit_code = 1


class OutOfMemoryError(TrainError, MemoryError):
    """A training step does not fit into the memory; the hint says what would."""

    exit_code = 1


class SearchError(FractalGenError):
    """A search that cannot start or go on: space, objectives, study, executor."""


class ExportError(FractalGenError):
    """A network that the asked format cannot hold, or a file that cannot be written."""


class DuplicateNameError(FractalGenError):
    """Two things under one name: registered parts, rules, parameters."""


class MissingDependencyError(FractalGenError, ImportError):
    """An optional program or package is missing; the hint holds the line that installs it."""
