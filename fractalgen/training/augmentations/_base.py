"""What an augmentation is."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Augmentation = Callable[[Tensor, torch.Generator], Tensor]
"""Returns a changed batch of normalised images, `(batch, channels, height, width)`.

It draws from the generator alone, which lives on the CPU whatever the device of the images, and always the same number
of values for a batch of one size; it leaves its argument as it is.
"""
