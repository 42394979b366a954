"""What a spec file holds, as pydantic models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from fractalgen.spec._model import Model
from fractalgen.spec.tree import Tree

ParameterType = Literal["int", "float", "bool", "choice", "list", "layer", "join"]


class Parameter(Model):
    """A typed parameter of a rule."""

    type: ParameterType = Field(description="What it takes.")
    default: Tree | None = Field(default=None, description="Its value when a call leaves it out.")
    minimum: float | None = Field(default=None, description="Least value of an int or float.")
    maximum: float | None = Field(default=None, description="Largest value of an int or float.")
    of: tuple[Any, ...] = Field(default=(), description="The values of a choice.")
    gives: tuple[str, ...] = Field(default=(), description="Names that a layer may read, given where it is called.")
    description: str = Field(default="", description="One line for people.")

    @model_validator(mode="after")
    def _fits_type(self) -> Parameter:
        if (self.minimum is not None or self.maximum is not None) and self.type not in ("int", "float"):
            raise ValueError(f"minimum and maximum belong to int and float, not to {self.type}")
        if self.minimum is not None and self.maximum is not None and not self.minimum <= self.maximum:
            raise ValueError(f"minimum {self.minimum:g} is above maximum {self.maximum:g}")
        if bool(self.of) != (self.type == "choice"):
            raise ValueError("'of' lists the values of a choice, and a choice needs it")
        if self.gives and self.type != "layer":
            raise ValueError(f"'gives' belongs to a layer, not to {self.type}")
        return self


class Rule(Model):
    """A rule: its recursion (`levels`, `base`, `step`), or a `body`."""

    description: str = Field(default="", description="One line for people.")
    parameters: dict[str, Parameter] = Field(default_factory=dict, description="Name -> type.")
    inputs: tuple[str, ...] = Field(default=(), description="Names of its inputs when there are several.")
    levels: Tree | None = Field(default=None, description="How many levels: f_levels is the rule.")
    base: Tree | None = Field(default=None, description="f_1.")
    step: Tree | None = Field(default=None, description="f_n in terms of `recurse` = f_(n-1).")
    body: Tree | None = Field(default=None, description="The rule when it does not recurse.")

    @model_validator(mode="after")
    def _one_form(self) -> Rule:
        recursion = [key for key in ("levels", "base", "step") if getattr(self, key) is not None]
        if self.body is not None and recursion:
            raise ValueError(f"a rule has a body, or levels, base and step; found body and {recursion[0]}")
        if self.body is None and len(recursion) < 3:
            missing = [key for key in ("levels", "base", "step") if key not in recursion]
            raise ValueError(f"a rule needs a body, or levels, base and step; missing {', '.join(missing)}")
        return self


class InputType(Model):
    """The shape and element kind of one sample."""

    shape: tuple[int, ...] = Field(description="[channels, height, width], [length, channels] or [channels].")
    dtype: Literal["float", "int"] = Field(default="float", description="int for tokens.")


class Network(Model):
    """The network itself."""

    input: InputType = Field(description="Shape of one sample: [channels, height, width], or shape and dtype.")
    body: Tree = Field(description="The expression that builds it.")
    outputs: tuple[str, ...] = Field(
        default=("body",),
        min_length=1,
        description="What it returns: names of taps, and `body` for the value of body. "
        "In a name, `*` stands for any text: it gives every tap that fits, if any.",
    )

    @field_validator("input", mode="before")
    @classmethod
    def _sizes(cls, value: Any) -> Any:
        shape = value.get("shape") if isinstance(value, dict) else value
        sizes = shape if isinstance(shape, list | tuple) else ()
        numbers = all(isinstance(size, int | float) and not isinstance(size, bool) for size in sizes)
        if not numbers or not 1 <= len(sizes) <= 3 or any(s != s // 1 or not 1 <= s <= 1_000_000 for s in sizes):
            raise ValueError("input is a list of one to three whole numbers, each 1 to 1,000,000")
        return {**(value if isinstance(value, dict) else {}), "shape": tuple(map(int, sizes))}


class DropPath(Model):
    """Drop-path of the whole network (arXiv 1605.07648, section 3)."""

    rate: float = Field(default=0.0, ge=0.0, lt=1.0, description="Probability that local drop-path drops an input.")
    global_: float = Field(
        default=0.0, ge=0.0, le=1.0, alias="global", description="Share of mini-batches that run one column alone."
    )
    per: Literal["batch", "sample"] = Field(
        default="batch", description="One pattern for a mini-batch, as in the paper, or one for each sample."
    )
    schedule: Literal["constant", "linear", "cosine"] = Field(
        default="constant", description="How the rate grows over the training; linear and cosine begin at 0."
    )
    batch_norm: Literal["shared", "per_column"] = Field(
        default="shared",
        description="Statistics of batch norm: one set for all, or one for the joined net and one for each column.",
    )

    @model_validator(mode="after")
    def _samples_share_statistics(self) -> DropPath:
        if self.per == "sample" and self.batch_norm == "per_column":
            raise ValueError("per: sample mixes columns in one mini-batch, which needs batch_norm: shared")
        return self
