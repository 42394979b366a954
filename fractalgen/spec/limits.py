"""What a spec may cost before any work is done. Each limit refuses with the figure and the limit."""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 256 * 1024
MAX_TREE_NODES: Final = 100_000
MAX_DEPTH: Final = 100
MAX_FORMULA_LENGTH: Final = 500
MAX_NUMBER: Final = 10**18
MAX_ROUNDS: Final = 10_000
MAX_LEVELS: Final = 256
MAX_COLUMNS: Final = 256
MAX_NODES: Final = 200_000
MAX_PARAMETERS: Final = 10**11
MAX_ELEMENTS: Final = 10**11
MAX_EVALUATIONS: Final = 100_000
MAX_CALL_DEPTH: Final = 2_000
MAX_ALTERNATIVES: Final = 100_000
