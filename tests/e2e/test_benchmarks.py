"""The benchmarks run; what they measure is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUNTIME = Path(__file__).parents[2] / "benchmarks" / "runtime.py"


@pytest.mark.slow
def test_the_runtime_benchmark_measures_every_contender_and_prints_one_table(tmp_path):
    pytest.importorskip("pytorchcv.models.fractalnet_cifar", reason="needs pytorchcv, of the extra `bench`")
    out = tmp_path / "runtime.json"
    run = [sys.executable, str(RUNTIME), "--quick", "--device", "cpu", "--out", str(out)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())["cpu"]
    assert found.keys() == {"steps", "memory", "latency", "large"}
    rows = {name: section["rows"] for name, section in found.items()}
    table = done.stdout.splitlines()
    assert len(table) == 2 + sum(map(len, rows.values())) + 1  # lowering has two lines
    assert {line.count("|") for line in table} == {6}
    contenders = {row["contender"] for row in rows["steps"]}
    assert {"port", "fractalgen", "fractalgen, per sample", "surviving convs"} <= contenders
    assert {row["precision"] for row in rows["steps"]} == {"fp32", "bf16"}
    assert {row["checkpointing"] for row in rows["memory"]} == {"none", "norm", "block", "column"}
    tensors = {(row["contender"], row["checkpointing"]): row["tensor_bytes"] for row in rows["memory"]}
    assert tensors["fractalgen", "block"] < tensors["fractalgen", "none"] < tensors["port", "none"]
    assert {"whole", "column 1, lowered", "port"} <= {row["contender"] for row in rows["latency"]}
    assert rows["large"][0]["convs"] == 5 * (2**4 - 1)
