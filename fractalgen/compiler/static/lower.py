"""Section -> torch.fx.GraphModule, for evaluation."""

from __future__ import annotations

from torch import Tensor, fx

from fractalgen.compiler.section import Section
from fractalgen.compiler.static.channels_last import channels_last
from fractalgen.compiler.static.fold_batch_norm import fold_batch_norm
from fractalgen.compiler.static.fold_constants import fold_constants
from fractalgen.compiler.static.in_place import in_place
from fractalgen.compiler.static.merge_siblings import Measured, merge_siblings
from fractalgen.compiler.static.options import LoweringOptions
from fractalgen.compiler.static.plain_relu import plain_relu
from fractalgen.compiler.static.remove_noops import remove_noops
from fractalgen.compiler.static.trace import trace


def lower(section: Section, options: LoweringOptions | None = None, example: Tensor | None = None) -> fx.GraphModule:
    """Return a section's evaluation as a module with code of its own and copies of the weights.

    The code can be read (`print(lowered.code)`), and `torch.compile` and `torch.export` take it whole.

    Args:
        section: A whole network (`network.between()`), a column, or a part.
        options: What to do; everything that needs no other memory layout when left out.
        example: An input, `(batch, *input)`, for the batch size that is measured with; one sample when left out.
    """
    options = options or LoweringOptions()
    draft = trace(section)
    remove_noops(draft)
    fold_constants(draft)
    if options.fold_batch_norm:
        fold_batch_norm(draft)
    plain_relu(draft)
    if options.merge == "measured":
        batch = 1 if example is None else len(example)
        merge_siblings(draft, Measured(batch, channels_last=options.channels_last))
    elif options.merge == "always":
        merge_siblings(draft, lambda _: True)
    draft.own()
    if options.channels_last:
        channels_last(draft)
    if options.inplace:
        in_place(draft)
    return draft.finished()
