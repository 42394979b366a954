"""Images and kernels with their channels last in memory, which some convolutions are faster on."""

from __future__ import annotations

import torch
from torch import nn

from fractalgen.compiler.static.draft import Draft


def channels_last(draft: Draft) -> None:
    """Lay out kernels and every image that is given with channels last; results follow by themselves."""
    for path, attribute in draft.attributes.items():
        if isinstance(attribute, nn.Module):
            attribute.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        elif attribute.dim() == 4:
            draft.attributes[path] = attribute.contiguous(memory_format=torch.channels_last)
    for given in draft.code.find_nodes(op="placeholder"):
        type_ = draft.type_of(given)
        if type_ is not None and len(type_.shape) == 3:
            with draft.code.inserting_after(given):
                laid = draft.method(given.meta["path"], "contiguous", given, memory_format=torch.channels_last)
            given.replace_all_uses_with(laid, lambda user, laid=laid: user is not laid)
            laid.meta["node"] = given.meta["node"]
