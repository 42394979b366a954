"""Optimizers. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.training.optimizers._base import BuildOptimizer, parameter_groups

OPTIMIZERS: Registry[BuildOptimizer] = Registry(
    "optimizer",
    {
        "adamw": "fractalgen.training.optimizers.adamw:adamw",
        "muon": "fractalgen.training.optimizers.muon:muon",
        "sgd": "fractalgen.training.optimizers.sgd:sgd",
    },
)

__all__ = ["OPTIMIZERS", "BuildOptimizer", "parameter_groups"]
