"""The `search:` part of a spec: what is looked for, how long, by which sampler, where."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from fractalgen.spec._model import Model
from fractalgen.spec.filter import Filter
from fractalgen.spec.one_of import name_alone
from fractalgen.spec.resources import Placed
from fractalgen.spec.units import Duration, read_seconds
from fractalgen.spec.weight_sharing import WeightSharing

Direction = Literal["maximize", "minimize"]
Option = int | float | bool | str
_DEFAULT_TRIALS = 24


class Objective(Model):
    """One figure that the search improves."""

    metric: str = Field(description="A figure of the graph (parameters, macs, depth) or of the run (val_accuracy).")
    direction: Direction = Field(default="maximize", description="Which way is better.")
    reference: float | None = Field(
        default=None,
        description="The worst value that counts in the hypervolume of the front; it is given when all have one.",
    )

    def cost(self, value: float) -> float:
        """Return a value so that less is better."""
        return -value if self.direction == "maximize" else value


def _name_or_options(schema: dict[str, Any]) -> None:
    """Let the schema take a bare name as well, which `Search` reads as a name without options."""
    keys = ("type", "additionalProperties", "minProperties", "maxProperties")
    options = {key: schema.pop(key) for key in keys if key in schema}
    schema["anyOf"] = [{"type": "string"}, options]


class Search(Placed):
    """How to search the holes of a spec."""

    objectives: tuple[Objective, ...] = Field(
        default=(Objective(metric="val_accuracy"),),
        min_length=1,
        max_length=4,
        description="What is improved; the first one picks the best trial, all of them the front.",
    )
    constraints: dict[str, str] = Field(
        default_factory=dict,
        description="Bounds on figures of the graph, checked before training, such as parameters: '< 5e6', "
        "and on figures of the run, checked after it.",
    )
    trials: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="How many trials the study ends with; 24, or any number when `time` or `until` is given.",
    )
    time: Duration | None = Field(
        default=None,
        description="How long the search goes on, earlier calls included: seconds, or a text such as 30m or 2h. "
        "Trials that run then are finished.",
    )
    until: dict[str, float] = Field(
        default_factory=dict,
        description="Values of objectives; the search ends when one trial reaches all of them.",
    )
    start: tuple[dict[str, Option], ...] = Field(
        default=(),
        description="Points to begin with, each a mapping of holes to values; holes that are left out are drawn.",
    )
    sampler: dict[str, dict[str, Option]] = Field(
        default={"tpe": {}},
        min_length=1,
        max_length=1,
        description="The name of a sampler, or one name with its options.",
        json_schema_extra=_name_or_options,
    )
    pruner: dict[str, dict[str, Option]] = Field(
        default_factory=dict,
        max_length=1,
        description="The name of a pruner, or one name with its options; without one no trial is stopped early.",
        json_schema_extra=_name_or_options,
    )
    weight_sharing: WeightSharing | None = Field(
        default=None,
        description="Score networks by weights that all of them share, then train the best ones alone.",
    )
    filter: dict[str, Filter] = Field(
        default_factory=dict,
        max_length=1,
        description="The name of a proxy; of the points that the sampler chooses, only the best by it are trials.",
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Seed of the sampler.")
    executor: str = Field(default="inline", description="Where trials run: inline, process or ray.")
    workers: int | None = Field(
        default=None, ge=1, le=4096, description="Trials at a time; by default what the executor finds best."
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=4096,
        description="CPU threads of a trial; by default the workers share the cores. One is best for small networks, "
        "whose threads would wait for each other, most of all where other programs run.",
    )

    @field_validator("sampler", "pruner", mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return name_alone(value)

    @field_validator("objectives")
    @classmethod
    def _distinct(cls, value: tuple[Objective, ...]) -> tuple[Objective, ...]:
        names = [objective.metric for objective in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"the objective {twice!r} is given twice")
        return value

    @property
    def seconds(self) -> float | None:
        """How long the search goes on; None when time does not end it."""
        return None if self.time is None else read_seconds(self.time)

    @property
    def most_trials(self) -> int | None:
        """How many trials the study ends with; None when something else ends it."""
        if self.trials is None and self.time is None and not self.until:
            return _DEFAULT_TRIALS
        return self.trials
