"""Where the trials of a search run: what each takes, how long it may, and who else hears of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field, field_validator, model_validator

from fractalgen.spec._model import Model
from fractalgen.spec.units import Duration, Size, read_bytes, read_seconds

Option = int | float | bool | str


class Resources(Model):
    """What one trial takes. Other keys name resources that a Ray cluster was given, such as accelerator_slots: 0.5."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)

    cpus: int = Field(default=1, ge=1, le=4096, description="CPU cores, and threads where `threads` is not set.")
    gpus: float | None = Field(
        default=None,
        ge=0,
        le=1024,
        description="GPUs: a whole number, or a part below 1, so that several trials share one; by default a trial "
        "takes what it finds.",
    )
    memory: Size | None = Field(default=None, description="Memory, in bytes or such as 4GiB.")

    @model_validator(mode="after")
    def _are_parts_or_wholes(self) -> Resources:
        for name, amount in {"gpus": self.gpus or 0.0, **self.custom}.items():
            if not (math.isfinite(amount) and amount >= 0) or (amount > 1 and amount != int(amount)):
                raise ValueError(f"{name} must be a part below 1 or a whole number, found {amount:g}")
        return self

    @property
    def custom(self) -> Mapping[str, float]:
        """Resources of a Ray cluster, by their names there."""
        return self.__pydantic_extra__ or {}

    @property
    def amounts(self) -> dict[str, float]:
        """All that is asked for, memory in bytes; nothing that is 0."""
        memory = 0 if self.memory is None else read_bytes(self.memory)
        wanted = {"cpus": self.cpus, "gpus": self.gpus or 0, "memory": memory, **self.custom}
        return {name: float(amount) for name, amount in wanted.items() if amount}

    @property
    def shares(self) -> tuple[str, ...]:
        """Names of what a trial takes a part of."""
        return tuple(name for name, amount in self.amounts.items() if amount < 1)

    def whole(self) -> Resources:
        """Return the same, with a whole one of each where a trial takes a part."""
        return self.model_validate({**self.model_dump(), **dict.fromkeys(self.shares, 1.0)})


class Placed(Model):
    """The keys of `search:` that say where and how trials run."""

    resources: Resources = Field(
        default=Resources(),
        description="What a trial takes. Keys besides those below are names of resources that a Ray cluster was given, "
        "such as accelerator_slots: 0.5.",
    )
    timeout: Duration | None = Field(
        default=None,
        description="Longest time of one trial, in seconds or such as 90s, 10m, 2h; then it is pruned.",
    )
    callbacks: tuple[str | dict[str, dict[str, Option]], ...] = Field(
        default=(),
        description="Loggers of Ray Tune (csv, json, mlflow, tensorboard), each a name or a name with its options; "
        "executor ray alone has them.",
    )

    @field_validator("callbacks")
    @classmethod
    def _name_one_each(cls, value: tuple[str | dict[str, Any], ...]) -> tuple[str | dict[str, Any], ...]:
        if any(isinstance(item, dict) and len(item) != 1 for item in value):
            raise ValueError("a callback is a name, or a mapping of one name to its options")
        return value

    @property
    def timeout_seconds(self) -> float | None:
        """The longest time of one trial in seconds, if there is one."""
        return None if self.timeout is None else read_seconds(self.timeout)
