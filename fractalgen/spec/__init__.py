"""YAML text -> Spec.

A spec is a document whose values know their places. Holes in it make it a search space; filling them gives a plain
spec.
"""

from fractalgen.spec.document import DropPath, Network, Rule
from fractalgen.spec.holes import Hole, Space
from fractalgen.spec.load import Spec, load, load_text

__all__ = ["DropPath", "Hole", "Network", "Rule", "Space", "Spec", "load", "load_text"]
