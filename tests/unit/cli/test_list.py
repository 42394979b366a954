import json
import subprocess
import sys
from pathlib import Path

from fractalgen.analyses import ANALYSES
from fractalgen.ir.builtin_rules import builtin_names
from fractalgen.ir.buses import CONNECTIONS
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.spec.parse_expression import EXPRESSION_WORDS

PROGRAM = str(Path(sys.executable).parent / "fractalgen")


def listing(*options):
    return subprocess.run([PROGRAM, "list", *options], capture_output=True, text=True, check=True).stdout


def test_every_name_has_a_line_that_says_what_it_is():
    lines = [line.split(maxsplit=1) for line in listing().splitlines() if line.startswith("  ")]
    assert sorted(name for name, _ in lines) == sorted(
        [*EXPRESSION_WORDS, *builtin_names(), *OPS, *JOINS, *CONNECTIONS, *ANALYSES]
    )


def test_the_meanings_stand_below_each_other():
    starts = {
        len(line) - len(line[2:].lstrip("abcdefghijklmnopqrstuvwxyz0123456789_").lstrip())
        for line in listing().splitlines()
        if line.startswith("  ")
    }
    assert len(starts) == 1


def test_the_list_as_json_is_one_document():
    found = json.loads(listing("--json"))
    assert list(found) == ["words", "rules", "ops", "joins", "connections", "analyses"]
    assert found["joins"]["mean"].startswith("The mean of the survivors")
