"""What an analysis is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.analyses.findings import Findings

if TYPE_CHECKING:
    from fractalgen.analyses.subject import Subject


@dataclass(frozen=True)
class Analysis(ABC):
    """One question to a network; its fields are the options, declared as those of an op.

    `run` gets a network in evaluation mode, on its device, and must leave weights, statistics and mode as they are.
    torch is imported in `run` alone. The first line of the class's docstring is what `fractalgen list` shows.
    """

    @abstractmethod
    def run(self, subject: Subject) -> Findings:
        """Return what was found.

        Args:
            subject: The network, and the data that it may see.

        Raises:
            FractalGenError: the network has nothing to look at, or the subject no data.
        """
