"""Graph -> nn.Module."""

from fractalgen.compiler.budget import Budget
from fractalgen.compiler.network import Network, compile_graph
from fractalgen.compiler.section import Column, Section

__all__ = ["Budget", "Column", "Network", "Section", "compile_graph"]
