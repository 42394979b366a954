"""The data: which images, and how they are split."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from fractalgen.errors import TrainError
from fractalgen.registry import suggest
from fractalgen.spec._model import Model

SourceName = Literal["digits", "parquet"]


class Data(Model):
    """Which images to train on; the test images are fixed by the source and never part of the split."""

    source: SourceName = Field(
        description="digits (1,797 images of 8x8 pixels that come with scikit-learn) or parquet (a folder)."
    )
    path: str | None = Field(
        default=None,
        description="Folder with train-*.parquet and test-*.parquet in the layout of the Hugging Face hub; taken "
        "from the folder where the command runs.",
    )
    val_fraction: float = Field(
        default=0.15, gt=0, lt=1, description="Share of the training images, of each class, kept for validation."
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Seed of the split.")

    @field_validator("path")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        # Workers of a search run in folders of their own.
        return None if value is None else str(Path(value).expanduser().absolute())

    @model_validator(mode="after")
    def _path_where_needed(self) -> Data:
        if (self.source == "parquet") != (self.path is not None):
            raise ValueError("parquet needs a path, and digits takes none")
        return self


def resolve_data(text: str) -> Data:
    """Return the data that `text` names: the word `digits`, or a folder of parquet files.

    Raises:
        TrainError: it is neither.
    """
    if text == "digits":
        return Data(source="digits")
    if Path(text).expanduser().is_dir():
        return Data(source="parquet", path=text)
    hint = suggest(text, ["digits"]) if "/" not in text else ""
    raise TrainError(
        f"no data at {text!r}",
        f"{hint} Give the word digits, or a folder with train-*.parquet and test-*.parquet.".strip(),
    )
