"""Folders of parquet files with encoded images, as the Hugging Face hub lays them out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training.sources._base import Glance, Labelled, Source
from fractalgen.training.sources.decoded import recall, remember

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMAGE_COLUMNS = ("img", "image")
LABEL_COLUMNS = ("label", "fine_label", "labels")
_HINT = "The folder needs train-*.parquet and test-*.parquet with columns like `img` and `label`."


class Parquet(Source):
    """Reads `train-*.parquet` and `test-*.parquet`, also inside a folder `data`, as many shards as there are."""

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self._folder = Path(data.path or "")

    def digest(self) -> str:
        """Return a hash of the files; the images in them stay unread."""
        return hashlib.sha256(f"{self._digests['train']} {self._digests['test']}".encode()).hexdigest()

    def train(self) -> Labelled:
        """Return the images of `train-*.parquet`."""
        return self._read("train")

    def test(self) -> Labelled:
        """Return the images of `test-*.parquet`."""
        return self._read("test")

    def glance(self) -> Glance:
        """Open the files of `test-*.parquet`, look at their columns and decode the first image of each."""
        found = [glance for file in self._files("test") if (glance := _glance(file)) is not None]
        if not found:
            raise TrainError(f"no images in {str(self._files('test')[0])!r}", _HINT)
        highest = [glance.highest for glance in found if glance.highest is not None]
        return Glance(found[0].shape, max(highest, default=None))

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {part: _hash(self._files(part)) for part in ("train", "test")}

    def _files(self, part: str) -> list[Path]:
        if not self._folder.is_dir():
            raise TrainError(f"no data folder at {str(self._folder)!r}", _HINT)
        for folder in (self._folder, self._folder / "data"):
            if found := sorted(folder.glob(f"{part}*.parquet")):
                return found
        raise TrainError(f"no {part}-*.parquet in {str(self._folder)!r}", _HINT)

    def _read(self, part: str) -> Labelled:
        key = self._digests[part]
        found = recall(key)
        if found is None:
            found = _decode(self._files(part))
            remember(key, found)
        return found


def _hash(files: list[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        try:
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise TrainError(f"{str(path)!r} cannot be read: {error.strerror}") from None
    return total.hexdigest()


def _decode(files: list[Path]) -> Labelled:
    import numpy as np

    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for file in files:
        table = _table(file)
        encoded = table.column(_column(table.column_names, IMAGE_COLUMNS, file)).to_pylist()
        labels += _labels(table.column(_column(table.column_names, LABEL_COLUMNS, file)).to_pylist(), file)
        images += (_pixels(item, file, row) for row, item in enumerate(encoded))
    if not images:
        raise TrainError(f"no images in {str(files[0])!r}", _HINT)
    _check_shapes(images)
    stacked = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    return Labelled(stacked, torch.tensor(labels, dtype=torch.int64))


def _glance(file: Path) -> Glance | None:
    """Return what the head of a file and its first image say; None for a file without rows."""
    from pyarrow import parquet

    with _readable(file), parquet.ParquetFile(file) as opened:
        columns = opened.schema_arrow.names
        label, image = _column(columns, LABEL_COLUMNS, file), _column(columns, IMAGE_COLUMNS, file)
        first = next(opened.iter_batches(batch_size=1, columns=[image]), None)
        if first is None or not first.num_rows:
            return None
        height, width, channels = _pixels(first.column(0)[0].as_py(), file, 0).shape
        return Glance((channels, height, width), _highest(opened.metadata, label))


def _highest(metadata: Any, label: str) -> int | None:
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    columns = [group.column(index) for group in groups for index in range(group.num_columns)]
    stated = [column.statistics for column in columns if column.path_in_schema == label]
    return max((int(each.max) for each in stated if each is not None and each.has_min_max), default=None)


def _table(file: Path) -> Any:
    from pyarrow import parquet

    with _readable(file):
        return parquet.read_table(file)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    import pyarrow

    try:
        yield
    except (OSError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise TrainError(f"{str(file)!r} is no parquet file that can be read: {reason}", "Download it again.") from None


def _column(found: list[str], names: tuple[str, ...], file: Path) -> str:
    for name in names:
        if name in found:
            return name
    raise TrainError(f"{str(file)!r} has no column {' or '.join(map(repr, names))}, found {', '.join(found)}", _HINT)


def _labels(values: Iterable[Any], file: Path) -> list[int]:
    labels = list(values)
    for row, label in enumerate(labels):
        if not isinstance(label, int) or isinstance(label, bool) or label < 0:
            raise TrainError(f"{str(file)!r}: the label of row {row} is {label!r}", "Labels are numbers from 0.")
    return labels


def _pixels(item: Any, file: Path, row: int) -> NDArray[np.uint8]:
    """Return one image, `(height, width, channels)`."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    data = item.get("bytes") if isinstance(item, dict) else item
    if not isinstance(data, bytes):
        raise TrainError(f"{str(file)!r}: row {row} holds no encoded image", _HINT)
    try:
        with Image.open(BytesIO(data)) as image:
            grey = image.mode in ("1", "L")
            pixels = np.asarray(image.convert("L" if grey else "RGB"))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        raise TrainError(f"{str(file)!r}: the image of row {row} cannot be decoded", "Download it again.") from None
    return pixels[:, :, None] if grey else pixels


def _check_shapes(images: list[NDArray[np.uint8]]) -> None:
    first = images[0].shape
    for row, image in enumerate(images):
        if image.shape != first:
            sizes = " and ".join(f"{w}x{h} pixels with {c} channels" for h, w, c in (first, image.shape))
            raise TrainError(f"the images differ in size: row 0 has {sizes.replace(' and ', f', row {row} has ')}")
