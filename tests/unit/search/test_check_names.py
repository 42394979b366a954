"""Names in `search:` are checked where they stand, before anything heavy is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fractalgen.search import check_names
from fractalgen.spec.load import load_text

NET = "network: {input: [1, 8, 8], body: {conv: {out: {int: [1, 4]}}}}\n"


def problems(text):
    return [str(error) for error in check_names(load_text(NET + text + "\n", "f.yaml"))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("search: {sampler: tpee}", "f.yaml:2:19: search.sampler: unknown sampler 'tpee'. Did you mean 'tpe'?"),
        ("search: {sampler: {tpee: {}}}", "f.yaml:2:20: search.sampler.tpee: unknown sampler 'tpee'. Did you mean 'tpe'?"),
        (
            "search: {sampler: {tpe: {startp: 3}}}",
            "f.yaml:2:26: search.sampler.tpe.startp: unknown key 'startp'. Did you mean 'startup'?",
        ),
        ("search: {sampler: {tpe: {startup: 0}}}", "f.yaml:2:35: search.sampler.tpe.startup: must be at least 1, found 0"),
        (
            "search: {sampler: {tpe: {startup: true}}}",
            "f.yaml:2:35: search.sampler.tpe.startup: must be a whole number, found true",
        ),
        ("search: {callbacks: [cvs]}", "f.yaml:2:22: search.callbacks[0]: unknown callback 'cvs'. Did you mean 'csv'?"),
        ("search: {executor: ry}", "f.yaml:2:20: search.executor: unknown executor 'ry'. Did you mean 'ray'?"),
        (
            "search: {objectives: [{metric: val_acuracy}]}",
            "f.yaml:2:32: search.objectives[0].metric: no run reports 'val_acuracy'. Did you mean 'val_accuracy'?",
        ),
        (
            "search: {constraints: {paramters: '< 5'}}",
            "f.yaml:2:24: search.constraints.paramters: no graph has the figure 'paramters', nor does a run. Did you mean 'parameters'?",
        ),
        (
            "search: {pruner: successive_halvin}",
            "f.yaml:2:18: search.pruner: unknown pruner 'successive_halvin'. Did you mean 'successive_halving'?",
        ),
        (
            "search: {pruner: {successive_halving: {reduction: 1}}}",
            "f.yaml:2:51: search.pruner.successive_halving.reduction: must be at least 2, found 1",
        ),
        (
            "search: {pruner: successive_halving, objectives: [{metric: macs, direction: minimize}]}",
            "f.yaml:2:18: search.pruner: a pruner ranks runs, and all objectives are known before training. "
            "Add an objective that is known after each epoch, such as val_accuracy.",
        ),
        (
            "search: {until: {val_acuracy: 0.9}}",
            "f.yaml:2:18: search.until.val_acuracy: 'val_acuracy' is no objective. Did you mean 'val_accuracy'?",
        ),
        (
            "search: {start: [{body.out: 3}]}",
            "f.yaml:2:19: search.start[0].body.out: the space has no hole 'body.out'. "
            "Known: network.body.conv.out.",
        ),
        (
            "search: {start: [{network.body.conv.out: 5}]}",
            "f.yaml:2:42: search.start[0].network.body.conv.out: hole 'network.body.conv.out' takes 1 to 4, found 5",
        ),
        (
            "search: {start: [{network.body.conv.out: wide}]}",
            "f.yaml:2:42: search.start[0].network.body.conv.out: hole 'network.body.conv.out' takes a number, found 'wide'",
        ),
    ],
)  # fmt: skip
def test_a_name_that_names_nothing_is_found_with_its_place(text, message):
    assert problems(text) == [message]


@pytest.mark.parametrize("bound", ["5e6", "< many", "!= 5", "< ", "< .", "< 1e999"])
def test_a_constraint_that_is_no_comparison_is_found_with_its_place(bound):
    assert problems(f"search: {{constraints: {{macs: '{bound}'}}}}") == [
        "f.yaml:2:30: search.constraints.macs: the constraint on macs must be a comparison with a number, "
        f"found {bound!r}. Write it as '< 5e6'."
    ]


def test_everything_that_is_wrong_is_found_at_once():
    text = "search: {executor: ry, sampler: {random: {a: 1, b: 2}}, objectives: [{metric: x}, {metric: y}]}"
    assert len(problems(text)) == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "search: {}",
        "search: {sampler: grid, executor: ray}",
        "search: {sampler: {tpe: }}",
        "search: {pruner: {}}",
        "search: {pruner: {successive_halving: {reduction: 4, min_epochs: 2}}, time: 1h, until: {val_accuracy: 0.9}}",
        "search: {start: [{network.body.conv.out: 3}, {}], constraints: {val_loss: '< 1'}}",
        "search: {sampler: {tpe: {startup: 3.0}}, objectives: [{metric: macs, direction: minimize}], constraints: {depth: '>= 2'}}",
    ],
)  # fmt: skip
def test_what_names_what_there_is_is_right(text):
    assert problems(text) == []


def test_the_command_finds_them_and_loads_neither_torch_nor_optuna_nor_ray(tmp_path):
    (tmp_path / "f.yaml").write_text(NET + "search: {sampler: {nsga2: {poplation: 3}}}\n")
    code = (
        "import sys\nfrom fractalgen.cli import app\n"
        "try:\n    app(['check', 'f.yaml'], standalone_mode=False)\nexcept SystemExit:\n    pass\n"
        "print({'torch', 'optuna', 'ray'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    assert done.stderr == (
        "f.yaml:2:28: search.sampler.nsga2.poplation: unknown key 'poplation'. Did you mean 'population'?\n"
    )
