"""Exports of a run, from the command line."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from fractalgen.cli import app
from fractalgen.compiler import compile_graph
from fractalgen.compiler.exporters import EXPORTERS
from fractalgen.errors import CompileError
from fractalgen.passes import expand
from fractalgen.spec import load_text

SPEC = """
name: net
network:
  input: [1, 8, 8]
  body: {sequence: [{fractal: {columns: 2, unit: {conv_bn_relu: {out: 2}}}}, global_avg_pool, {linear: {out: 3}}]}
"""


@pytest.fixture
def export(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "spec.yaml").write_text(SPEC)
    EXPORTERS.get("safetensors")(compile_graph(expand(load_text(SPEC))), run / "weights.safetensors")

    def start(*arguments):
        file = tmp_path / "file"
        done = CliRunner().invoke(app, ["export", str(run), "-o", str(file), *arguments], catch_exceptions=False)
        return file, done.stdout.splitlines()

    return start


@pytest.mark.parametrize("column", [[], ["--column", "1"]])
@pytest.mark.parametrize("name", sorted(EXPORTERS))
def test_every_format_is_written_for_the_net_and_for_a_column(export, name, column):
    file, printed = export("--format", name, *column)
    assert file.stat().st_size > 0
    assert printed[0] == str(file)
    assert printed[1:] == [] if name in ("python", "safetensors") else "largest difference" in printed[1]


def test_a_column_that_does_not_exist_is_named(export):
    with pytest.raises(CompileError, match="there is no column 3. The network has columns 1 to 2"):
        export("--column", "3")
