"""Learning rates over time. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.training.schedules._base import Schedule

SCHEDULES: Registry[Schedule] = Registry(
    "schedule",
    {
        "constant": "fractalgen.training.schedules.constant:constant",
        "cosine": "fractalgen.training.schedules.cosine:cosine",
        "halving": "fractalgen.training.schedules.halving:halving",
        "one_cycle": "fractalgen.training.schedules.one_cycle:one_cycle",
    },
)

__all__ = ["SCHEDULES", "Schedule"]
