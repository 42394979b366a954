"""Changes to batches of training images. One file a family, named in this table."""

from fractalgen.registry import Registry
from fractalgen.training.augmentations._base import Augmentation

AUGMENTATIONS: Registry[Augmentation] = Registry(
    "augmentation",
    {
        "mirror": "fractalgen.training.augmentations.mirror:mirror",
        "shift": "fractalgen.training.augmentations.shift:shift",
        "shift_mirror": "fractalgen.training.augmentations.shift_mirror:shift_mirror",
        "shift_mirror_reflect": "fractalgen.training.augmentations.shift_mirror:shift_mirror_reflect",
    },
)

__all__ = ["AUGMENTATIONS", "Augmentation"]
