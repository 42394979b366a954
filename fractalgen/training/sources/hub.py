"""Datasets of the Hugging Face hub."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fractalgen.errors import MissingDependencyError, TrainError
from fractalgen.training.sources._base import Glance
from fractalgen.training.sources._images import DecodedImages, Part
from fractalgen.training.sources._tables import columns, encoded
from fractalgen.training.sources.digests import digest_of, unreadable
from fractalgen.training.sources.encoded import Encoded, decode_all, shape_of

if TYPE_CHECKING:
    from fractalgen.training.sources.decoded import Chunk

_SPLITS: dict[Part, tuple[str, ...]] = {"train": ("train",), "test": ("test", "validation", "valid", "val")}


class Hub(DecodedImages):
    """Reads a dataset of images by its name with the `datasets` library, which downloads it once and keeps it."""

    def _content(self, part: Part) -> str:
        files = [Path(item["filename"]) for item in self._split(part).cache_files]
        if files and self._holds_bytes(part):
            return "".join(digest_of([file], file.parent) for file in files)
        total = hashlib.sha256()
        for item in self._rows(part):
            total.update(f"{item.label} {len(item.content)} ".encode() + item.content)
        return total.hexdigest()

    def _holds_bytes(self, part: Part) -> bool:
        """Whether the library's own files hold the images, and not names of files alone."""
        split = self._split(part)
        image, _ = columns(split.column_names, self.data, self._where)
        first = split.select_columns([image])[0][image] if len(split) else None
        return not isinstance(first, dict) or first.get("bytes") is not None

    def _decode(self, part: Part) -> Iterator[Chunk]:
        if len(self._split(part)) == 0:
            raise self._no_images(part)
        yield from decode_all(lambda: self._rows(part), self.data.size)

    def glance(self) -> Glance:
        """Decode the first test image."""
        split = self._split("test")
        image, _ = columns(split.column_names, self.data, self._where)
        if len(split) == 0:
            raise self._no_images("test")
        where = f"row 0 of the test images of {self._where}"
        return Glance(shape_of(encoded(_read(split.select_columns([image])[0][image]), 0, where), self.data.size))

    def class_names(self) -> Sequence[str] | None:
        """Return what the library knows of the labels."""
        split = self._split("train")
        _, label = columns(split.column_names, self.data, self._where)
        return getattr(split.features[label], "names", None)

    def _no_images(self, part: Part) -> TrainError:
        return TrainError(f"{self._where} has no {part} images", "Take another dataset.")

    def _rows(self, part: Part) -> Iterator[Encoded]:
        split = self._split(part)
        image, label = columns(split.column_names, self.data, self._where)
        for number, row in enumerate(split):
            yield encoded(_read(row[image]), row[label], f"row {number} of the {part} images of {self._where}")

    @property
    def _where(self) -> str:
        return f"the dataset {self.data.name!r}"

    def _split(self, part: Part) -> Any:
        for name in _SPLITS[part]:
            if name in self._dataset:
                return self._dataset[name]
        raise TrainError(f"{self._where} has no {part} images, found {', '.join(self._dataset)}", "Take another one.")

    @cached_property
    def _dataset(self) -> Any:
        """All splits, with images left encoded."""
        try:
            import datasets
        except ImportError:
            raise MissingDependencyError(
                "datasets is not installed", "Install it with: pip install 'fractalgen[hub]'"
            ) from None
        try:
            found = datasets.load_dataset(self.data.name, self.data.config, revision=self.data.revision)
        # The library passes on what its many back ends raise.
        except Exception as error:  # noqa: BLE001
            reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
            raise TrainError(
                f"{self._where} cannot be loaded: {reason}", "Check its name, its configuration and the network."
            ) from None
        return {name: _left_encoded(split, datasets.Image) for name, split in found.items()}


def _left_encoded(split: Any, image: Any) -> Any:
    for name, feature in split.features.items():
        if isinstance(feature, image):
            split = split.cast_column(name, image(decode=False))
    return split


def _read(image: Any) -> Any:
    """Return an encoded image with its bytes, which may lie in a file that the library has downloaded."""
    if isinstance(image, dict) and image.get("bytes") is None and isinstance(image.get("path"), str):
        try:
            return Path(image["path"]).read_bytes()
        except OSError as error:
            raise unreadable(Path(image["path"]), error) from None
    return image
