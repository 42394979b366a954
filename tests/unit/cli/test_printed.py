"""What verbs print for people."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from fractalgen.cli import app

SPACE = "name: NAME\nnetwork: {input: [3, 8, 8], body: {conv: {out: {choice: [4, 8]}}}}\n"


@pytest.fixture
def printed(tmp_path):
    def run(*arguments, name="space"):
        file = tmp_path / "f.yaml"
        file.write_text(SPACE.replace("NAME", name))
        return CliRunner().invoke(app, [arguments[0], str(file), *arguments[1:]], catch_exceptions=False).stdout

    return run


@pytest.mark.parametrize(("limit", "complete"), [("1", "false"), ("9", "true")])
def test_enumerate_says_in_words_whether_it_saw_everything(printed, limit, complete):
    assert printed("enumerate", "--limit", limit).rstrip().endswith(f"complete {complete}")


def test_a_name_is_printed_as_it_is_written(printed):
    assert printed("show", name='"[red]net[/b]"').startswith("[red]net[/b]  ")
