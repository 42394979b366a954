"""The data: what is trained on, and how it is split."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from fractalgen.errors import ParameterError, TrainError
from fractalgen.registry import suggest
from fractalgen.spec._model import Model, read_model
from fractalgen.spec.tree import Tree

SourceName = Literal[
    "cifar10",
    "cifar100",
    "coins",
    "descriptions",
    "digits",
    "hub",
    "image_folder",
    "parquet",
    "svhn",
    "synthetic",
    "tokens",
]

_SOURCES: tuple[str, ...] = get_args(SourceName)
_WITHOUT_PATH = ("coins", "descriptions", "digits", "hub", "synthetic")
_TEXT = ("descriptions", "tokens")
_ENCODED = ("hub", "image_folder", "parquet")
_OPTIONS: dict[str, tuple[str, ...]] = {
    "path": tuple(name for name in _SOURCES if name not in _WITHOUT_PATH),
    "name": ("hub",),
    "config": ("hub",),
    "revision": ("hub",),
    "image_column": ("hub", "parquet"),
    "label_column": ("hub", "parquet"),
    "size": _ENCODED,
    "length": _TEXT,
    "dtype": ("tokens",),
    "count": ("synthetic",),
    "shape": ("synthetic",),
    "noise": ("synthetic",),
    "mean": tuple(name for name in _SOURCES if name not in _TEXT),
    "std": tuple(name for name in _SOURCES if name not in _TEXT),
}
"""Which sources an option belongs to; those not listed belong to all."""

Share = Annotated[float, Field(ge=0, le=1)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]
Side = Annotated[int, Field(ge=1, le=4096)]


class Data(Model):
    """What to train on; the test set is fixed by the source and never part of the split."""

    # One text can stand for all of it: see `named_data`.
    model_config = ConfigDict(json_schema_extra={"type": ["object", "string"]})

    source: SourceName | None = Field(
        default=None,
        description="digits (1,797 images of 8x8 pixels that come with scikit-learn), descriptions (44 kB of text that "
        "come with it, too), coins (a photograph with a mask, for segmentation, that comes with scikit-image), "
        "synthetic (made up), hub (a dataset of the Hugging Face hub), or what the folder at `path` holds: cifar10, "
        "cifar100, svhn (their original files), parquet, image_folder, tokens. Found from the files when left out.",
    )
    path: str | None = Field(
        default=None, description="Folder with the data; taken from the folder where the command runs."
    )
    name: str | None = Field(default=None, min_length=1, description="Of hub: the dataset, such as uoft-cs/cifar10.")
    config: str | None = Field(default=None, description="Of hub: the dataset's configuration, if it has several.")
    revision: str | None = Field(default=None, description="Of hub: the dataset's commit, tag or branch.")
    image_column: str | None = Field(default=None, description="Of hub and parquet: img or image when left out.")
    label_column: str | None = Field(
        default=None, description="Of hub and parquet: label, fine_label or labels when left out."
    )
    size: tuple[Side, Side] | None = Field(
        default=None,
        description="Of hub, image_folder and parquet: height and width that each image is scaled and cropped to.",
    )
    length: int | None = Field(
        default=None, ge=2, le=1_000_000, description="Of tokens and descriptions: how long a window is; 128."
    )
    dtype: Literal["uint8", "uint16"] | None = Field(
        default=None, description="Of tokens: how a .bin file stores a token; uint16 when left out."
    )
    count: int | None = Field(
        default=None, ge=2, le=10_000_000, description="Of synthetic: training images; 512. A quarter more are tested."
    )
    shape: tuple[Side, Side, Side] | None = Field(
        default=None, description="Of synthetic: channels, height and width; [3, 8, 8]."
    )
    noise: float | None = Field(
        default=None, ge=0, le=1, description="Of synthetic: how far pixels stray from their class, as a share; 0.1."
    )
    classes: int | None = Field(
        default=None,
        ge=2,
        le=1_000_000,
        description="How many classes there must be; counted when left out. Of tokens: how many tokens there are. Of "
        "synthetic: how many to make; 10.",
    )
    mean: tuple[Share, ...] | None = Field(
        default=None,
        description="What is subtracted from each channel, pixels going from 0 to 1; of the training images when left "
        "out.",
    )
    std: tuple[PositiveShare, ...] | None = Field(
        default=None,
        description="What each channel is divided by after that; of the training images when left out. 1 for each "
        "leaves the subtraction alone.",
    )
    val_fraction: float = Field(
        default=0.15, gt=0, lt=1, description="Share of the training set, of each class, kept for validation."
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Seed of the split.")

    @field_validator("path")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        # Workers of a search run in folders of their own.
        return None if value is None else str(Path(value).expanduser().absolute())

    @model_validator(mode="after")
    def _belong_together(self) -> Data:
        if problem := self.problem(self.source):
            raise ValueError(problem)
        return self

    def problem(self, source: str | None) -> str:
        """Return why the keys cannot belong to `source` (None: whatever the path holds); empty when they can."""
        given = [key for key in _OPTIONS if getattr(self, key) is not None]
        for key in given:
            owners = _OPTIONS[key]
            if source is not None and source not in owners:
                return f"{source} takes no `{key}`; it belongs to {_listed(owners)}"
        if source == "hub" and self.name is None:
            return "hub needs a `name`, such as uoft-cs/cifar10"
        if source in _OPTIONS["path"] and self.path is None:
            return f"{source} needs a `path`"
        if source is None and self.path is None:
            return "the data need a `source` or a `path`"
        return ""


def named_data(text: str) -> Data:
    """Return the data that one text names: `digits`, a path, or both as `svhn:PATH`, `hub:NAME`.

    Raises:
        ValueError: the source takes no path.
    """
    source, colon, rest = text.partition(":")
    if colon and source in _SOURCES:
        return Data.model_validate({"source": source, "name" if source == "hub" else "path": rest or None})
    return Data.model_validate({"source": text} if text in _WITHOUT_PATH else {"path": text})


def read_data(tree: Tree) -> Data:
    """Return a `data:` section, a mapping or one text.

    Raises:
        SpecError: it means nothing.
    """
    if not isinstance(tree.value, str):
        return read_model(Data, tree)
    try:
        return named_data(tree.value)
    except ValidationError as error:
        raise ParameterError(_reason(error), "", tree.place) from None


def resolve_data(text: str) -> Data:
    """Return the data that `text` names on a command line; see `named_data`.

    Raises:
        TrainError: there are none.
    """
    try:
        data = named_data(text)
    except ValidationError as error:
        raise TrainError(f"--data {text!r}: {_reason(error)}") from None
    if data.path is not None and not Path(data.path).exists():
        raise no_data_at(text)
    return data


def no_data_at(text: str) -> TrainError:
    """Return the error for a name or path that leads nowhere."""
    word = Path(text).name
    if word in _OPTIONS["path"]:
        return TrainError(f"no data at {text!r}", f"Say where {word} lies: {word}:FOLDER.")
    near = suggest(word, _WITHOUT_PATH)
    hint = f"{near} " if near.startswith("Did") else ""
    return TrainError(f"no data at {text!r}", f"{hint}Give digits, a folder, or SOURCE:FOLDER.")


def _reason(error: ValidationError) -> str:
    return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
