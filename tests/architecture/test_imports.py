"""Heavy libraries are imported only by what needs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPACES = Path(__file__).parents[2] / "search_spaces"
HEAVY = ("torch", "ray", "optuna", "plotly", "sklearn", "pandas")
PROBE = """
import json, sys
from fractalgen.cli import app
try:
    app(json.loads(sys.argv[1]), standalone_mode=False)
except SystemExit:
    pass
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print("LOADED", json.dumps(loaded))
"""


def loaded_by(*arguments):
    command = [sys.executable, "-c", PROBE, json.dumps([str(argument) for argument in arguments])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.rpartition("LOADED ")[2]))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", SPACES / "digits.yaml"],
        ["show", SPACES / "cifar10" / "fractalnet20.yaml"],
        ["show", SPACES / "digits.yaml", "--json"],
        ["draw", SPACES / "cifar10" / "fractalnet20.yaml", "-o", "OUT.svg"],
        ["draw", SPACES / "cifar10" / "fractalnet20.yaml", "-o", "OUT.svg", "--drop-path", "mixed", "--colour", "macs"],
        ["draw", SPACES / "svhn" / "fractalnet20.yaml", "-o", "OUT.svg", "--pass", "simplify"],
        ["enumerate", SPACES / "digits.yaml", "--limit", "5"],
        ["list"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_verbs_about_the_graph_never_import_torch_ray_or_optuna(arguments, tmp_path):
    arguments = [tmp_path / "x.svg" if a == "OUT.svg" else a for a in arguments]
    assert loaded_by(*arguments).isdisjoint(HEAVY)


def test_the_help_imports_no_library_but_that_of_the_command_line():
    assert loaded_by("--help").isdisjoint({*HEAVY, "pydantic", "yaml", "networkx", "numpy"})
