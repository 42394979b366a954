"""The table of faults names tests, and each is there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_every_row_of_the_table_names_a_test_that_exists():
    rows = [line for line in (TESTS.parent / "docs" / "faults.md").read_text().splitlines() if line.startswith("| ")]
    named = [re.findall(r"`(test_\w+)`", row) for row in rows[2:]]
    assert named
    assert all(len(names) == 1 for names in named)
    there = set(
        re.findall(r"^def (test_\w+)", "\n".join(file.read_text() for file in TESTS.rglob("test_*.py")), re.MULTILINE)
    )
    assert {name for (name,) in named} <= there
