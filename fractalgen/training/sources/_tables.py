"""Tables with a column of encoded images and one of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training.sources.encoded import Encoded

_IMAGE_COLUMNS = ("img", "image")
_LABEL_COLUMNS = ("label", "fine_label", "labels")
_MOST_CLASSES = 2**31


def columns(names: Sequence[str], data: Data, where: str) -> tuple[str, str]:
    """Return the columns of images and labels: those that the data name, or the usual ones.

    Raises:
        TrainError: one of them is not among `names`.
    """
    image = _column(names, data.image_column, _IMAGE_COLUMNS, f"{where} has no column", "image_column")
    return image, _column(names, data.label_column, _LABEL_COLUMNS, f"{where} has no column", "label_column")


def _column(names: Sequence[str], wanted: str | None, usual: tuple[str, ...], message: str, key: str) -> str:
    asked = usual if wanted is None else (wanted,)
    for name in asked:
        if name in names:
            return name
    expected = " or ".join(map(repr, asked))
    raise TrainError(f"{message} {expected}, found {', '.join(names)}", f"Name it in the data: `{key}: ...`.")


def encoded(image: Any, label: Any, where: str) -> Encoded:
    """Return a row of a table, checked; the image is bytes, or a mapping with `bytes`.

    Raises:
        TrainError: it holds no encoded image, or no label.
    """
    content = image.get("bytes") if isinstance(image, dict) else image
    if not isinstance(content, bytes):
        raise TrainError(f"{where} holds no encoded image", "The column needs PNG, JPEG or other image files.")
    if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < _MOST_CLASSES:
        raise TrainError(f"the label of {where} is {label!r}", "Labels are numbers from 0.")
    return Encoded(content, label, where)
