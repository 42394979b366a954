"""Arrays of numbers in MATLAB files of version 5 to 7.

Damaged files are refused, where scipy's reader may crash the process. The format is that of MathWorks' "MAT-File
Format": a head of 128 bytes, then elements of a tag and data, some of them compressed.
"""

from __future__ import annotations

import math
import mmap
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from fractalgen.errors import TrainError
from fractalgen.training.sources.digests import unreadable

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

_HEAD_BYTES = 128
_VERSION_5 = 0x0100
_MATRIX, _COMPRESSED = 14, 15
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""Types of data by their codes in a tag."""
_NUMBERS = range(6, 16)
"""Classes of matrices of numbers: double, single, and integers of all sizes."""
_BYTES_UP_TO_SIZES = 512
_DAMAGED = (ValueError, OverflowError, MemoryError, struct.error, zlib.error)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of numbers in a file, by name, as they are stored: integers may be smaller than in MATLAB.

    Raises:
        TrainError: it is no such file, is damaged, or cannot be read.
    """
    return _guarded(path, lambda content: {matrix.name: matrix.array() for matrix in _matrices(content, None)})


def read_sizes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the sizes of the arrays in a file, by name, after a look whether it is cut off; no number is read.

    Raises:
        TrainError: as for `read_arrays`.
    """

    def read(content: memoryview) -> dict[str, tuple[int, ...]]:
        return {matrix.name: matrix.shape for matrix in _matrices(content, _BYTES_UP_TO_SIZES)}

    return _guarded(path, read)


def _guarded(path: Path, read: Callable[[memoryview], T]) -> T:
    try:
        with path.open("rb") as file:
            return read(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except OSError as error:
        raise unreadable(path, error) from None
    except _DAMAGED as error:
        reason = str(error) or type(error).__name__
        raise TrainError(f"{str(path)!r} is no MATLAB file that can be read: {reason}", "Get it again.") from None


class _Tag(NamedTuple):
    """What stands before data: their type, where they begin and end, and where the next tag is."""

    kind: int
    start: int
    end: int
    next: int


@dataclass(frozen=True, eq=False)
class _Matrix:
    name: str
    shape: tuple[int, ...]
    content: memoryview
    data: int
    order: str

    def array(self) -> NDArray[Any]:
        import numpy as np

        tag = _tag(self.content, self.data, self.order)
        if tag.kind not in _STORED or tag.end > len(self.content):
            raise ValueError(f"the numbers of {self.name!r} are damaged")
        flat = np.frombuffer(self.content[tag.start : tag.end], self.order + _STORED[tag.kind])
        if flat.size != math.prod(self.shape):
            raise ValueError(f"{self.name!r} has {flat.size:,} numbers for the sizes {self.shape}")
        return flat.reshape(self.shape, order="F")


def _matrices(content: memoryview, limit: int | None) -> Iterator[_Matrix]:
    """Go through the matrices of numbers, of which compressed ones are unpacked up to `limit` bytes."""
    order = _order(content)
    at = _HEAD_BYTES
    while at < len(content):
        kind, size = struct.unpack_from(f"{order}II", content, at)
        end = at + 8 + size
        if end > len(content):
            raise ValueError("it is cut off")
        inner = content[at + 8 : end]
        if kind == _COMPRESSED:
            unpacked = memoryview(zlib.decompressobj().decompress(inner, limit or 0))
            (kind,) = struct.unpack_from(f"{order}I", unpacked)
            inner = unpacked[8:]
        if kind == _MATRIX and (matrix := _matrix(inner, order)) is not None:
            yield matrix
        at = end


def _order(content: memoryview) -> str:
    mark = bytes(content[126:_HEAD_BYTES])
    if mark not in (b"IM", b"MI"):
        raise ValueError("its head is damaged")
    order = "<" if mark == b"IM" else ">"
    (version,) = struct.unpack_from(f"{order}H", content, 124)
    if version != _VERSION_5:
        raise ValueError("it is not of version 5 to 7")
    return order


def _matrix(content: memoryview, order: str) -> _Matrix | None:
    """Return a matrix whose flags, sizes and name are read; None when it is not of numbers."""
    flags = _tag(content, 0, order)
    (word,) = struct.unpack_from(f"{order}I", content, flags.start)
    if word & 0xFF not in _NUMBERS:
        return None
    sizes = _tag(content, flags.next, order)
    shape = struct.unpack_from(f"{order}{(sizes.end - sizes.start) // 4}i", content, sizes.start)
    name = _tag(content, sizes.next, order)
    if not shape or min(shape) < 0 or name.end > len(content):
        raise ValueError("the sizes of an array are damaged")
    return _Matrix(bytes(content[name.start : name.end]).decode("latin1"), shape, content, name.next, order)


def _tag(content: memoryview, at: int, order: str) -> _Tag:
    (first,) = struct.unpack_from(f"{order}I", content, at)
    if first >> 16:
        # Up to four bytes of data share eight bytes with their tag.
        return _Tag(first & 0xFFFF, at + 4, at + 4 + (first >> 16), at + 8)
    (size,) = struct.unpack_from(f"{order}I", content, at + 4)
    return _Tag(first, at + 8, at + 8 + size, at + 8 + -(-size // 8) * 8)
