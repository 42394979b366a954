"""Samplers: how the next point of a space is chosen. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.search.samplers._base import Sampler, Survey

SAMPLERS: Registry[type[Sampler]] = Registry(
    "sampler",
    {
        "evolution": "fractalgen.search.samplers.evolution:Evolution",
        "genetic": "fractalgen.search.samplers.genetic:Genetic",
        "grid": "fractalgen.search.samplers.grid:Grid",
        "nsga2": "fractalgen.search.samplers.nsga2:Nsga2",
        "random": "fractalgen.search.samplers.random:Random",
        "tpe": "fractalgen.search.samplers.tpe:Tpe",
    },
)

__all__ = ["SAMPLERS", "Sampler", "Survey"]
