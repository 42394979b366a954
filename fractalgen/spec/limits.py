"""What a spec may cost before any work is done. Each limit refuses with the figure and the limit."""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 256 * 1024
"""Bytes of a file."""
MAX_TREE_NODES: Final = 100_000
"""Values of a file, once aliases are copied."""
MAX_DEPTH: Final = 100
"""Mappings and lists inside each other."""
MAX_FORMULA_LENGTH: Final = 500
"""Characters of a formula."""
MAX_TEXT_LENGTH: Final = 1_000
"""Characters of what a text with formulas in it becomes."""
MAX_LIST_ITEMS: Final = 100_000
"""Items of one list, with those of the lists in it."""
MAX_NUMBER: Final = 10**18
"""Size of a number."""
MAX_ROUNDS: Final = 10_000
"""Rounds of a `repeat`, and items of a list."""
MAX_LEVELS: Final = 256
"""Levels of a rule that recurses."""
MAX_COLUMNS: Final = 256
"""Columns of a network."""
MAX_STREAMS: Final = 64
"""Streams of a residual bus."""
MAX_NODES: Final = 200_000
"""Nodes of a network."""
MAX_PARAMETERS: Final = 10**11
"""Learned numbers of a network."""
MAX_ELEMENTS: Final = 10**11
"""Elements of one value, for one sample."""
MAX_EVALUATIONS: Final = 75_000
"""Evaluations of expressions while a network is counted."""
STEPS_OF_EVALUATION: Final = 8
"""Steps of formulas, items of lists, branches or parameters of rules that count as one more evaluation."""
MAX_ALL_EVALUATIONS: Final = 2_000_000
"""Evaluations of expressions with every round of every loop, when the network is built."""
MAX_WRITTEN_TERMS: Final = 1_000_000
"""Steps to write the nodes out; calls and rounds that hold no node are steps as well."""
MAX_CALL_DEPTH: Final = 2_000
"""Expressions and rule calls inside each other."""
MAX_ALTERNATIVES: Final = 100_000
"""Alternatives of a `subset` or `product`."""
MAX_ALTERNATIVES_LENGTH: Final = 20_000_000
"""Characters of all alternatives of a hole, written out."""
MAX_HOLES: Final = 500
"""Holes of a spec."""
MAX_POINTS_DIGITS: Final = 1_000
"""Digits of the number of points of a space."""
MAX_RULE_PARAMETERS: Final = 100
"""Parameters of a rule."""
MAX_PROBLEMS: Final = 1_000
"""Wrong names that are reported of one file."""
