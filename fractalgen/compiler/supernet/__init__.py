"""Spec with holes -> networks that share one store of weights."""

from fractalgen.compiler.supernet.store import WeightStore
from fractalgen.compiler.supernet.subnet import Subnet
from fractalgen.compiler.supernet.supernet import Supernet

__all__ = ["Subnet", "Supernet", "WeightStore"]
