"""`fractalgen report`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from fractalgen.cli import app


@pytest.mark.parametrize(("target", "told"), [(1, "1 of 1 trials"), (0, "1 trials")])
def test_watching_a_search_that_has_ended_writes_its_report_once(tmp_path, target, told):
    row = {"number": 0, "state": "complete", "params": {}, "values": {"val_accuracy": 0.5}}
    goal = {"metric": "val_accuracy", "direction": "maximize"}
    board = {"name": "net", "objectives": [goal], "target": target, "ended": True, "trials": [row]}
    (tmp_path / "leaderboard.json").write_text(json.dumps(board))
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--watch"], catch_exceptions=False)
    assert done.output.splitlines() == [f"{tmp_path / 'report.html'}: {told}"]
    assert "<h1>net</h1>" in (tmp_path / "report.html").read_text()
