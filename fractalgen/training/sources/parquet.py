"""Folders of parquet files with encoded images, as the Hugging Face hub lays them out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training.sources._base import Glance
from fractalgen.training.sources._images import ImageFiles, Part
from fractalgen.training.sources._tables import columns, encoded
from fractalgen.training.sources.encoded import Encoded, decode_all, shape_of

if TYPE_CHECKING:
    from fractalgen.training.sources.decoded import Chunk

_ROWS = 1000


class Parquet(ImageFiles):
    """Reads `train-*.parquet` and `test-*.parquet`, also inside a folder `data`, as many shards as there are."""

    layout: ClassVar[str] = "train-*.parquet and test-*.parquet with columns like `img` and `label`"

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether training shards are there."""
        return any(next(folder.glob("train*.parquet"), None) for folder in (path, path / "data"))

    def _files(self, part: Part) -> list[Path]:
        self._check_folder()
        for folder in (self._folder, self._folder / "data"):
            if found := sorted(folder.glob(f"{part}*.parquet")):
                return found
        raise self._missing(f"{part}-*.parquet")

    def _decode(self, part: Part) -> Iterator[Chunk]:
        files = self._files(part)
        empty = True
        for chunk in decode_all(lambda: self._rows(files), self.data.size):
            empty = False
            yield chunk
        if empty:
            raise self._no_images(files[0])

    def glance(self) -> Glance:
        """Open all test files, look at their columns and decode the first image of each."""
        files = self._files("test")
        found = [glance for file in files if (glance := _glance(file, self.data)) is not None]
        if not found:
            raise self._no_images(files[0])
        return Glance(found[0].shape, max((each.highest for each in found if each.highest is not None), default=None))

    def class_names(self) -> Sequence[str] | None:
        """Return what the `datasets` library noted in the head of the first training file, if it wrote it."""
        from pyarrow import parquet

        file = self._files("train")[0]
        with _readable(file), parquet.ParquetFile(file) as opened:
            _, label = columns(opened.schema_arrow.names, self.data, repr(str(file)))
            noted = (opened.schema_arrow.metadata or {}).get(b"huggingface", b"{}")
        return _noted_names(noted, label)

    def _no_images(self, file: Path) -> TrainError:
        return TrainError(f"no images in {str(file)!r}", f"The folder needs {self.layout}.")

    def _rows(self, files: list[Path]) -> Iterator[Encoded]:
        for file in files:
            for number, (image, label) in enumerate(_read(file, self.data)):
                yield encoded(image, label, f"row {number} of {str(file)!r}")


def _read(file: Path, data: Data) -> Iterator[tuple[Any, Any]]:
    from pyarrow import parquet

    with _readable(file), parquet.ParquetFile(file) as opened:
        names = columns(opened.schema_arrow.names, data, repr(str(file)))
        for batch in opened.iter_batches(_ROWS, columns=list(names)):
            images, labels = (batch.column(name).to_pylist() for name in names)
            yield from zip(images, labels, strict=True)


def _glance(file: Path, data: Data) -> Glance | None:
    """Return what the head of a file and its first image say; None for a file without rows."""
    from pyarrow import parquet

    with _readable(file), parquet.ParquetFile(file) as opened:
        image, label = columns(opened.schema_arrow.names, data, repr(str(file)))
        first = next(opened.iter_batches(1, columns=[image]), None)
        if first is None or not first.num_rows:
            return None
        found = encoded(first.column(0)[0].as_py(), 0, f"row 0 of {str(file)!r}")
        return Glance(shape_of(found, data.size), _highest(opened.metadata, label))


def _highest(metadata: Any, label: str) -> int | None:
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    stored = [group.column(index) for group in groups for index in range(group.num_columns)]
    stated = [column.statistics for column in stored if column.path_in_schema == label]
    return max((int(each.max) for each in stated if each is not None and each.has_min_max), default=None)


def _noted_names(noted: bytes, label: str) -> tuple[str, ...] | None:
    """Return `info.features.LABEL.names` of a JSON text; None where there is no such thing."""
    try:
        names = json.loads(noted)["info"]["features"][label]["names"]
    except (ValueError, KeyError, TypeError):
        return None
    return tuple(map(str, names)) if isinstance(names, list) else None


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise TrainError(f"{str(file)!r} is no parquet file that can be read: {reason}", "Download it again.") from None
