"""Which parts look alike, and in which colour.

The colours are those of Okabe and Ito, which people with any kind of colour vision tell apart
(https://jfly.uni-koeln.de/color/); every box also says in words what it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paint:
    """How boxes of one kind look.

    Attributes:
        title: What the legend says.
        colour: A hue of the palette, as `#rrggbb`.
        strength: How much of the hue is in the ground of a box, from 0 to 1.
    """

    title: str
    colour: str
    strength: float = 0.22


FAMILIES: dict[str, Paint] = {
    "conv": Paint("convolution", "#0072b2"),
    "join": Paint("join", "#009e73", 0.5),
    "pool": Paint("pooling", "#e69f00", 0.3),
    "linear": Paint("linear", "#cc79a7", 0.32),
    "attention": Paint("attention", "#d55e00"),
    "norm": Paint("normalisation", "#56b4e9", 0.3),
    "activation": Paint("activation", "#f0e442", 0.35),
    "noise": Paint("dropout", "#999999", 0.25),
    "group": Paint("rule call", "#0072b2", 0.1),
    "other": Paint("other op", "#999999", 0.12),
    "input": Paint("input and output", "#5b6470", 0.04),
}

_KINDS = {
    "conv": "conv",
    "conv_transpose": "conv",
    "linear": "linear",
    "max_pool": "pool",
    "avg_pool": "pool",
    "global_avg_pool": "pool",
    "batch_norm": "norm",
    "layer_norm": "norm",
    "group_norm": "norm",
    "rms_norm": "norm",
    "relu": "activation",
    "leaky_relu": "activation",
    "gelu": "activation",
    "silu": "activation",
    "mish": "activation",
    "dropout": "noise",
    "dropout2d": "noise",
    "dropblock": "noise",
    "stochastic_depth": "noise",
    "attention": "attention",
    "squeeze_excite": "attention",
    "input": "input",
}

LIGHT = frozenset({"norm", "activation", "noise"})
"""Families that ride along in the box of the op they follow."""


def family_of(kind: str) -> str:
    """Return the family of an op of the rule language; what is not known is `other`."""
    return _KINDS.get(kind, "other")


def mix(colour: str, ground: str, share: float) -> str:
    """Return `share` of one `#rrggbb` colour over another."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
