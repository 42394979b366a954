"""Pruners: which trials are stopped early. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.search.pruners._base import Pruner

PRUNERS: Registry[type[Pruner]] = Registry(
    "pruner",
    {"successive_halving": "fractalgen.search.pruners.successive_halving:SuccessiveHalving"},
)

__all__ = ["PRUNERS", "Pruner"]
