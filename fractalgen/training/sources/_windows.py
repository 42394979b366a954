"""Sources whose inputs are windows of a sequence of tokens."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training.sources._base import Glance, Source, Windows
from fractalgen.training.sources._images import Part

LENGTH = 128
TEST_FRACTION = 0.1
BYTES = 256


class TokenWindows(Source):
    """A sequence of tokens, read in windows of one length."""

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self._length = data.length or LENGTH

    def train(self) -> Windows:
        """Return windows of the training tokens."""
        return self._windows("train")

    def glance(self) -> Glance:
        """Look whether there are test tokens enough for a window."""
        return Glance((self._windows("test").tokens.shape[1] - 1,))

    def test(self) -> Windows:
        """Return windows of the test tokens."""
        return self._windows("test")

    @abstractmethod
    def _windows(self, part: Part) -> Windows:
        """Return all windows of a part, at least one."""


def part_of(tokens: Tensor, part: Part) -> Tensor:
    """Return the first nine tenths of a text to train on, or the last tenth to test on."""
    cut = round((1 - TEST_FRACTION) * len(tokens))
    return tokens[:cut] if part == "train" else tokens[cut:]


def windows_of(tokens: Tensor, length: int, has: str, part: Part) -> Tensor:
    """Return a sequence of tokens as `(count, length + 1)` windows; each begins with the last token of another.

    Raises:
        TrainError: there is not one window; `has` begins the message.
    """
    count = (len(tokens) - 1) // length
    if count < 1:
        raise TrainError(
            f"{has} {len(tokens):,} {part} tokens, too few for one window of {length} and the token after it",
            "Give more text, or a smaller `length`.",
        )
    return tokens.as_strided((count, length + 1), (length, 1))
