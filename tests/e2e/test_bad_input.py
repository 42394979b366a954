"""A mistake on the command line: one clear line with its place, exit 2, no traceback, nothing written."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "fractalgen")
GOOD = "network: {input: [1, 8, 8], body: {sequence: [{conv: {out: 4}}, global_avg_pool, {linear: {out: 10}}]}}\n"
NET = "network:\n  input: [3, 8, 8]\n  body: "

CASES = [
    (["show", "none.yaml"], "", "none.yaml: no such file"),
    (["show", "f.yaml"], "a: [1, 2\n", "f.yaml:2:1: not YAML"),
    (["show", "f.yaml"], NET + "fractl\n", "f.yaml:3:9: network.body: unknown rule or op 'fractl'. Did you mean 'fractal'?"),
    (["show", "f.yaml"], NET + "{conv: {out: wide}}\n", "f.yaml:3:22: network.body.conv.out: conv.out must be a whole number, found 'wide'"),
    (
        ["show", "f.yaml"],
        NET + "{join: {mode: sum, branches: [conv, max_pool]}}\n",
        "f.yaml:3:9: network.body: at sum: sum join needs one height and width from its branches: "
        "branch 1 has 3x8x8, branch 2 has 3x4x4",
    ),
    (["show", "f.yaml"], NET + "{fractal: {columns: 40}}\n", "would have 4,672,924,418,044 nodes, the limit is 200,000"),
    (["show", "f.yaml", "--set", "network.inptu=3"], GOOD, "network: unknown key 'inptu'. Did you mean 'input'?"),
    (["show", "f.yaml", "--input", "1,,8"], GOOD, "--input: must be one to three whole numbers"),
    (["show", "f.yaml", "--stage", "opps"], GOOD, "unknown stage 'opps'. Did you mean 'ops'?"),
    (["check", "f.yaml", "none.yaml"], GOOD, "none.yaml: no such file"),
    (["draw", "f.yaml", "-o", "out/x.jpg"], GOOD, "unknown format 'jpg'. Did you mean 'png'?"),
    (["enumerate", "f.yaml", "--out", "out"], GOOD.replace("4}", "{float: [1, 4]}}"), "is continuous"),
    (["enumerate", "f.yaml", "--out", "f.yaml"], GOOD, "'f.yaml' exists and is no empty folder"),
    (["train", "f.yaml", "--data", "nowhere", "--out", "out"], GOOD, "'nowhere'"),
    (["train", "none.yaml", "--data", "digits", "--out", "out"], "", "none.yaml: no such file"),
    (["train", "f.yaml", "--data", "digits", "--out", "out"], GOOD.replace("[1, 8, 8]", "[3, 8, 8]"), "1x8x8"),
    (["train", "f.yaml", "--data", "digits", "--out", "out"], GOOD.replace("{linear: {out: 10}}", "{linear: {out: 7}}"), "10"),
    (["evaluate", "out"], "", "out"),
    (["analyze", "probs", "f.yaml", "--out", "out"], GOOD, "unknown analysis 'probs'. Did you mean 'probes'?"),
    (["analyze", "probes", "f.yaml", "--out", "out"], GOOD, "the spec names no data"),
    (["search", "f.yaml", "--out", "out"], GOOD, "hole"),
    (["search", "f.yaml", "--out", "out", "--executor", "ry"], GOOD.replace("4}", "{int: [1, 4]}}"), "'ry'. Did you mean 'ray'?"),
    (["report", "out"], "", "out"),
    (["export", "out", "--format", "python", "-o", "out/x.py"], "", "out"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "text", "message"), CASES)
def test_a_mistake_is_one_line_with_exit_2_and_nothing_written(arguments, text, message, tmp_path):
    if text:
        (tmp_path / "f.yaml").write_text(text)
    done = subprocess.run([PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert {path.name for path in tmp_path.iterdir()} <= {"f.yaml"}


def test_an_unreadable_data_folder_is_named(tmp_path):
    (tmp_path / "f.yaml").write_text(GOOD)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train-00000-of-00001.parquet").write_bytes(b"not parquet")
    (tmp_path / "data" / "test-00000-of-00001.parquet").write_bytes(b"not parquet")
    command = [PROGRAM, "train", "f.yaml", "--data", "data", "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "train-00000-of-00001.parquet" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
