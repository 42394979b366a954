"""Graph -> nn.Module."""

from fractalgen.compiler.network import Column, Network, compile_graph

__all__ = ["Column", "Network", "compile_graph"]
