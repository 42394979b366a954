"""Static lowering: a section for evaluation alone, as a torch.fx module whose code can be read.

One file a transformation, each a function that changes a `Draft`.
"""

from fractalgen.compiler.static.lower import lower
from fractalgen.compiler.static.options import LoweringOptions

__all__ = ["LoweringOptions", "lower"]
