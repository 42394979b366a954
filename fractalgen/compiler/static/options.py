"""What lowering does besides writing code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from fractalgen.errors import CompileError

Merge = Literal["measured", "always", "never"]


@dataclass(frozen=True)
class LoweringOptions:
    """What lowering does.

    Attributes:
        fold_batch_norm: A convolution and the batch norm that alone reads it become one convolution.
        merge: Convolutions of one geometry that read the same input run as one; `measured`: where that is faster.
        channels_last: Images and kernels are laid out with their channels last.
        inplace: Joins and ReLUs write into values that nobody reads again. The input is never written.

    Raises:
        CompileError: `merge` is none of the three.
    """

    fold_batch_norm: bool = True
    merge: Merge = "measured"
    channels_last: bool = False
    inplace: bool = True

    def __post_init__(self) -> None:
        if self.merge not in get_args(Merge):
            raise CompileError(f"merge must be one of {', '.join(get_args(Merge))}, found {self.merge!r}")
