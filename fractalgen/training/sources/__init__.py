"""Sources of images. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.training.sources._base import Glance, Labelled, Source

SOURCES: Registry[type[Source]] = Registry(
    "source",
    {
        "digits": "fractalgen.training.sources.digits:Digits",
        "parquet": "fractalgen.training.sources.parquet:Parquet",
    },
)

__all__ = ["SOURCES", "Glance", "Labelled", "Source"]
