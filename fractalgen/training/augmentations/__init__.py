"""Changes to batches of training images. One file a family, named in this table; options stand in `spec.augment`."""

from fractalgen.registry import Registry
from fractalgen.training.augmentations._base import Augmentation, Batch, BuildAugmentation, Draws, seed_of

AUGMENTATIONS: Registry[BuildAugmentation] = Registry(
    "augmentation",
    {
        "crop": "fractalgen.training.augmentations.crop:Crop",
        "cutmix": "fractalgen.training.augmentations.cutmix:Cutmix",
        "cutout": "fractalgen.training.augmentations.cutout:Cutout",
        "mirror": "fractalgen.training.augmentations.mirror:Mirror",
        "mixup": "fractalgen.training.augmentations.mixup:Mixup",
        "shift": "fractalgen.training.augmentations.shift:Shift",
        "shift_mirror": "fractalgen.training.augmentations.shift_mirror:ShiftMirror",
        "shift_mirror_reflect": "fractalgen.training.augmentations.shift_mirror:ShiftMirrorReflect",
    },
)

__all__ = ["AUGMENTATIONS", "Augmentation", "Batch", "BuildAugmentation", "Draws", "seed_of"]
