"""FractalNet's rule (arXiv 1605.07648, section 4)."""

from __future__ import annotations

from fractalgen.spec.schedule import HalvingOptions


def halving(step: int, steps: int, epochs: int, options: HalvingOptions) -> float:
    """Return 10^-k, where the remaining epochs have halved k times, at most `drops`, four in the paper.

    400 epochs drop after 200, 300, 350 and 375; 20 epochs after 10, 15, 18 and 19.
    """
    epoch = step // steps
    drops = sum((epochs - epoch) * 2**k <= epochs for k in range(1, options.drops + 1))
    return float(10.0**-drops)
