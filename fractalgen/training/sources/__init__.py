"""Sources of data. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.training.sources._base import Glance, Labelled, Masked, Source, Windows

SOURCES: Registry[type[Source]] = Registry(
    "source",
    {
        "cifar10": "fractalgen.training.sources.cifar10:Cifar10",
        "cifar100": "fractalgen.training.sources.cifar100:Cifar100",
        "coins": "fractalgen.training.sources.coins:Coins",
        "descriptions": "fractalgen.training.sources.descriptions:Descriptions",
        "digits": "fractalgen.training.sources.digits:Digits",
        "hub": "fractalgen.training.sources.hub:Hub",
        "image_folder": "fractalgen.training.sources.image_folder:ImageFolder",
        "parquet": "fractalgen.training.sources.parquet:Parquet",
        "svhn": "fractalgen.training.sources.svhn:Svhn",
        "synthetic": "fractalgen.training.sources.synthetic:Synthetic",
        "tokens": "fractalgen.training.sources.tokens:Tokens",
    },
)

__all__ = ["SOURCES", "Glance", "Labelled", "Masked", "Source", "Windows"]
