"""The layout shows the flow, and the packages are what the folders are."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"fractalgen": ROOT / "fractalgen", "visualize": ROOT / "visualize", "search_spaces": ROOT / "search_spaces"}
CHAIN = [
    ("spec", "YAML text", "Spec"),
    ("ir", "Spec", "Graph of rules"),
    ("passes", "Graph", "Graph"),
    ("compiler", "Graph", "nn.Module"),
    ("training", "Module", "Score"),
    ("analyses", "Module, data", "findings"),
    ("search", "Score", "Leaderboard"),
    ("report", "Leaderboard", "files"),
]
LONG_FILES: dict[str, str] = {}
"""Files over 400 lines, each with its reason."""

_OPTIONS = "a parameter is an option of the verb, which the help lists"
MANY_PARAMETERS = {
    "fractalgen/cli/analyze.py run": _OPTIONS,
    "fractalgen/cli/draw.py run": _OPTIONS,
    "fractalgen/cli/evaluate.py run": _OPTIONS,
    "fractalgen/cli/search.py run": _OPTIONS,
    "fractalgen/cli/train.py run": _OPTIONS,
    "fractalgen/ir/ops/_windows.py slide": "a window is its kernel, stride, padding and dilation, as in torch",
    "fractalgen/ir/terms.py join": "makes the frozen dataclass that these are the fields of",
    "fractalgen/nn/attention.py __init__": "a module of torch, which exports make by its arguments",
}
"""Functions of more than five parameters, each with its reason."""


def python_files(*folders):
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def test_top_level_is_fixed():
    found = {p.name for p in ROOT.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert found == set(PACKAGES)


@pytest.mark.parametrize(("stage", "takes", "makes"), CHAIN)
def test_the_first_line_of_each_stage_says_what_it_takes_and_makes(stage, takes, makes):
    docstring = ast.get_docstring(ast.parse((ROOT / "fractalgen" / stage / "__init__.py").read_text()))
    assert docstring.splitlines()[0] == f"{takes} -> {makes}."


def test_pyproject_lists_every_package_that_has_a_folder():
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = set()
    for name, folder in PACKAGES.items():
        prefix = name if name == "fractalgen" else f"fractalgen.{name}"
        for file in folder.rglob("__init__.py"):
            parts = file.parent.relative_to(folder).parts
            found.add(".".join((prefix, *parts)))
    assert listed == found


def test_files_stay_under_400_lines_or_give_a_reason():
    long = {
        str(file.relative_to(ROOT))
        for file in python_files("fractalgen", "visualize", "tests", "benchmarks")
        if len(file.read_text().splitlines()) > 400
    }
    assert long == set(LONG_FILES)


def functions(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_stay_under_50_lines():
    long = [
        f"{file.name}:{node.lineno} {node.name}"
        for file in python_files("fractalgen", "visualize")
        for node in functions(file)
        if node.end_lineno - node.lineno >= 50
    ]
    assert long == []


def parameters(function):
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    starred = [each for each in (function.args.vararg, function.args.kwarg) if each]
    return [each for each in (*named, *starred) if each.arg not in {"self", "cls"}]


def test_functions_take_at_most_five_parameters_or_give_a_reason():
    many = {
        f"{file.relative_to(ROOT)} {function.name}"
        for file in python_files("fractalgen", "visualize")
        for function in functions(file)
        if len(parameters(function)) > 5
    }
    assert many == set(MANY_PARAMETERS)


def test_the_project_names_no_machine_and_no_index():
    marks = re.compile(r"/work/|/root/|https?://[^ ]+/simple\b|TODO|FIXME|NotImplementedError")
    this = Path(__file__)
    named = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in [*python_files("fractalgen", "visualize", "tests", "benchmarks"), *ROOT.glob("*.*")]
        if file != this and file.is_file() and (match := marks.search(file.read_text(errors="ignore")))
    ]
    assert named == []


def test_reserved_rule_names_cover_the_attributes_of_modules():
    from torch import nn

    from fractalgen.compiler import Network
    from fractalgen.spec.reserved import is_reserved

    names = {name for name in [*dir(nn.Module()), *dir(Network)] if not name.startswith("_")}
    assert {name for name in names if not is_reserved(name)} == set()
