"""What `evaluate` prints and keeps."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fractalgen.cli import app
from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.training import FitOptions, fit, load_data

SPEC = """
name: small
network:
  input: [1, 8, 8]
  body: {sequence: [{fractal: {columns: 2, unit: {conv_bn_relu: {out: 4}}}}, global_avg_pool, {linear: {out: 10}}]}
train: {epochs: 1, batch: 64}
data: {source: digits}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    spec = load_text(SPEC)
    fit(compile_graph(expand(spec)), spec.train, load_data(spec.data), FitOptions(out=folder))
    (folder / "spec.yaml").write_text(spec.to_yaml())
    return folder


def evaluate(*arguments):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)], catch_exceptions=False)


def test_a_row_for_the_whole_and_each_column(run):
    head, titles, *rows = evaluate(run).stdout.splitlines()
    assert head.startswith("test: 359 samples, ")
    assert titles.split()[:4] == ["accuracy", "recalibrated", "loss", "ECE"]
    assert [row[:9].strip() for row in rows[:3]] == ["whole", "column 1", "column 2"]
    assert all(len(row) == len(titles) for row in rows[:3])
    assert rows[3] == "recalibrated: batch norm measured again on 19 training batches of 64"
    assert rows[4] == f"wrote {run / 'evaluation.json'}"


def test_json_is_what_is_kept(run):
    done = evaluate(run, "--json", "--recalibrate", "2", "--batch", "100")
    document = json.loads(done.stdout)
    assert document == json.loads((run / "evaluation.json").read_text())
    assert document["recalibration"] == {"batches": 2, "batch": 64}
    assert (document["full"]["batch"], len(document["columns"])) == (100, 2)


def test_options_leave_columns_statistics_and_test_images_alone(run):
    document = json.loads(evaluate(run, "--no-columns", "--recalibrate", "0", "--split", "validation", "--json").stdout)
    assert (document["split"], document["columns"], document["recalibration"]) == ("validation", [], None)
    assert [each["of"] for each in document["guards"]["repeats"]] == ["validation"]


def test_a_test_set_that_was_trained_on_is_said_by_both_verbs(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))
    random = np.random.RandomState(0)
    for name in ("cat", "owl"):
        for number in range(4):
            pixels = Image.fromarray(random.randint(0, 256, (8, 8), dtype=np.uint8))
            for part in ("train", "test"):
                (tmp_path / "data" / part / name).mkdir(parents=True, exist_ok=True)
                pixels.save(tmp_path / "data" / part / name / f"{number}.png")
    spec = tmp_path / "net.yaml"
    spec.write_text(SPEC.replace("out: 10", "out: 2").replace("batch: 64", "batch: 2"))
    arguments = [spec, "--data", tmp_path / "data", "--out", tmp_path / "run"]
    trained = CliRunner().invoke(app, ["train", *map(str, arguments)], catch_exceptions=False).stdout
    for printed in (trained, evaluate(tmp_path / "run").stdout):
        found = [line for line in printed.splitlines() if line.startswith("guard: ")]
        assert found == [
            "guard: 2 of 8 test samples are also validation samples",
            "guard: 6 of 8 test samples are also training samples",
        ]
