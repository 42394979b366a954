"""How much DropAttention drops."""

from __future__ import annotations

from torch import nn

from fractalgen.nn.attention import SelfAttention


def attention_drop_rate(network: nn.Module) -> float:
    """Return the share of attention weights that the last pass in training dropped, the mean over the ops that drop.

    What drop-path left out in that pass counts with its pass before. 0 where nothing drops.
    """
    rates = [m.realised_rate for m in network.modules() if isinstance(m, SelfAttention) and m.drop_rate > 0]
    return sum(float(rate) for rate in rates) / len(rates) if rates else 0.0
