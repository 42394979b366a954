"""Pickles of arrays, read without running anything that they ask for."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

from fractalgen.errors import TrainError
from fractalgen.training.sources.digests import unreadable

_MODULES = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric")


def read_pickle(path: Path) -> Any:
    """Return what a pickle holds: arrays, numbers, text, bytes, and lists and mappings of those. Text may be bytes.

    Raises:
        TrainError: it holds anything else, is damaged, or cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        return _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
    except _ForbiddenError as error:
        raise TrainError(
            f"{str(path)!r} asks to run {str(error)!r}, which no images need; nothing of it was run",
            "Do not use this file: get the original.",
        ) from None
    # A damaged pickle can make its machine do anything that is wrong.
    except Exception as error:  # noqa: BLE001
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise TrainError(f"{str(path)!r} is cut off or damaged: {reason}", "Get it again.") from None


def check_end(path: Path) -> None:
    """Check that a pickle is not cut off, by its last byte.

    Raises:
        TrainError: it is, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(-min(1, path.stat().st_size), io.SEEK_END)
            last = file.read(1)
    except OSError as error:
        raise unreadable(path, error) from None
    if last != pickle.STOP:
        raise TrainError(f"{str(path)!r} is cut off", "Get it again.")


class _ForbiddenError(Exception):
    """A global that is none of numpy's array parts."""


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        import numpy as np

        known = {
            "_reconstruct": _reconstruct,
            "_frombuffer": _from_buffer,
            "scalar": _scalar,
            "ndarray": np.ndarray,
            "dtype": _dtype,
        }
        if module in _MODULES and name in known:
            return known[name]
        # What protocol 2 makes of bytes in Python 3.
        if (module, name) == ("_codecs", "encode"):
            return _latin1
        raise _ForbiddenError(f"{module}.{name}")


def _reconstruct(kind: Any, shape: Any, dtype: Any) -> Any:
    """Return the empty array that a pickle fills."""
    del kind, shape, dtype
    import numpy as np

    return np.ndarray.__new__(np.ndarray, (0,), "b")


def _from_buffer(buffer: Any, dtype: Any, shape: Any, order: Any) -> Any:
    import numpy as np

    return np.frombuffer(buffer, dtype).reshape(shape, order=order)


def _scalar(dtype: Any, content: Any) -> Any:
    import numpy as np

    return np.frombuffer(content, dtype)[0].item()


def _dtype(name: Any, *flags: Any) -> Any:
    del flags
    import numpy as np

    found = np.dtype(name.decode("ascii") if isinstance(name, bytes) else name)
    if found.hasobject:
        raise ValueError("an array of objects")
    return found


def _latin1(text: str, encoding: Any) -> bytes:
    del encoding
    return text.encode("latin1")
