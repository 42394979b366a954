"""Encoded images (PNG, JPEG, ...) -> arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from fractalgen.errors import TrainError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fractalgen.training.sources.decoded import Chunk

_CHUNK = 1000
_THREADS = 8
_GREY = ("1", "L")
_MORE_THAN_BYTES = ("I", "F")


@dataclass(frozen=True)
class Encoded:
    """One image as it is stored.

    Attributes:
        content: The bytes of its file.
        label: Its class, from 0.
        where: For messages: `row 3 of 'x.parquet'`.
    """

    content: bytes
    label: int
    where: str


def shape_of(item: Encoded, size: tuple[int, int] | None) -> tuple[int, int, int]:
    """Return channels, height and width of one image when it is decoded alone; see `decode_all`.

    Raises:
        TrainError: it cannot be decoded.
    """
    channels, height, width = _pixels(item, size, grey=None).shape
    return channels, height, width


def decode_all(read: Callable[[], Iterator[Encoded]], size: tuple[int, int] | None) -> Iterator[Chunk]:
    """Decode images of one size, or scale and crop them to `size`, height and width.

    They have one channel when all of them are grey, else three.

    Args:
        read: Returns the images, each time it is called.
        size: What each image is made to be; None when they must be of one size.

    Raises:
        TrainError: an image cannot be decoded, or has another size.
    """
    import numpy as np

    grey = all(_open(item, _is_grey) for item in read())
    items = read()
    first: tuple[Encoded, tuple[int, ...]] | None = None
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        while chunk := list(islice(items, _CHUNK)):
            arrays = list(pool.map(lambda item: _pixels(item, size, grey=grey), chunk))
            first = first or (chunk[0], arrays[0].shape)
            for item, array in zip(chunk, arrays, strict=True):
                if array.shape != first[1]:
                    raise _differ(first, (item, array.shape))
            yield np.stack(arrays), np.array([item.label for item in chunk], dtype=np.int64)


def _is_grey(image: Any) -> bool:
    return image.mode in _GREY


def _differ(*found: tuple[Encoded, tuple[int, ...]]) -> TrainError:
    sizes = ", ".join(f"{item.where} has {width}x{height} pixels" for item, (_, height, width) in found)
    return TrainError(
        f"the images differ in size: {sizes}", "Write `size: [height, width]` in the data to scale and crop them."
    )


def _pixels(item: Encoded, size: tuple[int, int] | None, *, grey: bool | None) -> NDArray[np.uint8]:
    """Return one image, `(channels, height, width)`, grey or not, or as it is stored."""
    import numpy as np
    from PIL import Image, ImageOps

    def read(image: Any) -> NDArray[np.uint8]:
        image = image.convert("L" if (_is_grey(image) if grey is None else grey) else "RGB")
        if size is not None and (image.height, image.width) != size:
            image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.BILINEAR)
        pixels = np.asarray(image)
        return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)

    found: NDArray[np.uint8] = _open(item, read)
    return found


def _open(item: Encoded, use: Callable[[Any], Any]) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(item.content)) as image:
            if image.mode.startswith(_MORE_THAN_BYTES):
                raise TrainError(f"{item.where} has pixels of more than 8 bits", "Convert it to 8 bits.")
            return use(image)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise TrainError(f"{item.where} cannot be decoded as an image", "Get it again, or remove it.") from None
