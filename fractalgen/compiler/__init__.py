"""Graph -> nn.Module."""

from fractalgen.compiler.budget import Budget
from fractalgen.compiler.network import Network, compile_graph
from fractalgen.compiler.section import Column, Section
from fractalgen.compiler.static import LoweringOptions, lower

__all__ = ["Budget", "Column", "LoweringOptions", "Network", "Section", "compile_graph", "lower"]
