"""The schedules of the learning rate that a recipe may name, and their options."""

from __future__ import annotations

from pydantic import Field

from fractalgen.spec._model import Model
from fractalgen.spec.one_of import OneOf

_WARM_UP = "Share of all steps in which the rate rises in a line."


class ConstantOptions(Model):
    """The same rate throughout."""

    warmup: float = Field(default=0.0, ge=0, lt=1, description=_WARM_UP)


class CosineOptions(Model):
    """Half a cosine (Loshchilov and Hutter, arXiv 1608.03983, without restarts)."""

    warmup: float = Field(default=0.0, ge=0, lt=1, description=_WARM_UP)
    final: float = Field(default=0.0, ge=0, le=1, description="The rate at the end, as a multiple of lr.")


class HalvingOptions(Model):
    """FractalNet's rule (arXiv 1605.07648, section 4)."""

    drops: int = Field(default=4, ge=1, le=20, description="How often the rate may fall.")


class OneCycleOptions(Model):
    """A line up, then a line down (Smith and Topin, arXiv 1708.07120)."""

    warmup: float = Field(default=0.25, ge=0, lt=1, description=_WARM_UP)
    initial: float = Field(default=0.1, ge=0, le=1, description="The rate of the first step, as a multiple of lr.")
    final: float = Field(default=0.0, ge=0, le=1, description="The rate at the end, as a multiple of lr.")


class Schedule(OneOf):
    """The learning rate over time."""

    constant: ConstantOptions | None = Field(default=None, description="The same rate throughout.")
    cosine: CosineOptions | None = Field(default=None, description="Half a cosine.")
    halving: HalvingOptions | None = Field(
        default=None, description="A tenth whenever the remaining epochs halve, as in FractalNet."
    )
    one_cycle: OneCycleOptions | None = Field(default=None, description="A line up, then a line down.")
