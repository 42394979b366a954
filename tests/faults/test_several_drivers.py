"""Several drivers of one study in PostgreSQL: one budget, no network twice, and nobody's work is lost or taken away."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.conftest import Program, Search
from tests.faults.postgresql import server

TRIALS = 20


@pytest.fixture(scope="module")
def database():
    with server() as address:
        yield address


@pytest.fixture(scope="module")
def other_program():
    program = Program()
    yield program
    program.close()


@pytest.fixture
def drivers(home, program, other_program, database, request):
    """Two commands with folders of their own and one journal."""
    spec = home / "space.yaml"
    spec.write_text((Search.spec).read_text().replace("bench", request.node.name))
    options = {"executor": "inline", "trials": TRIALS, "storage": database, "spec": spec, "pause": 0.02}
    return [Search(home, each, options, name) for each, name in ((program, "one"), (other_program, "other"))]


def check_shared(drivers):
    """Check that both show all trials, with the same values."""
    one, other = (search.trials() for search in drivers)
    assert [trial["number"] for trial in one] == list(range(TRIALS))
    assert [(trial["number"], trial["values"]) for trial in one] == [
        (trial["number"], trial["values"]) for trial in other
    ]


def test_two_drivers_share_the_budget_and_train_no_network_twice(drivers):
    for search in drivers:
        search.start()
    assert [search.wait() for search in drivers] == [0, 0], [search.errors for search in drivers]
    check_shared(drivers)
    one, other = drivers
    assert one.kept()
    assert other.kept()
    assert not one.kept() & other.kept()
    assert max(Counter(line.split()[2] for line in one.lines("began")).values()) == 1, "no network began twice"
    assert sum((search.folder / "best" / "weights").exists() for search in drivers) == 1


def test_what_a_killed_driver_leaves_is_taken_over_by_the_one_that_lives(drivers):
    one, other = drivers
    for search in drivers:
        search.start()
    one.await_lines(8)
    one.kill()
    assert other.wait() == 0, other.errors
    begun = Counter(line.split()[2] for line in one.lines("began"))
    last = [line.split()[2] for line in one.lines("began") if line.split()[3] == str(one.pid)][-1]
    assert {network for network, count in begun.items() if count > 1} <= {last}, "what the killed driver ran at its end"
    one.finish()
    check_shared(drivers)


def test_a_driver_that_only_stands_still_keeps_what_it_runs(drivers):
    one, other = drivers
    for search in drivers:
        search.options = {**search.options, "pause": 0.05}
    one.start()
    one.await_lines(3, "began")
    os.kill(one.pid, signal.SIGSTOP)
    stopped = len(one.lines("began"))
    try:
        other.start()
        other.await_lines(stopped + 3, "began")
        time.sleep(0.5)
        mine = {line.split()[1] for line in one.lines("began") if line.split()[3] == str(one.pid)}
        others = {line.split()[1] for line in one.lines("began") if line.split()[3] == str(other.pid)}
        assert not mine & others
    finally:
        os.kill(one.pid, signal.SIGCONT)
    assert [search.wait() for search in drivers] == [0, 0], [search.errors for search in drivers]
    check_shared(drivers)
    assert one.evaluated_twice() == []


def test_a_database_that_cannot_be_reached_is_refused_before_anything_is_written(drivers):
    one, _ = drivers
    one.start(storage="postgresql://nobody:secret@127.0.0.1:1/none")
    assert one.wait() == 2
    (line,) = one.errors.splitlines()
    assert line.startswith("the database 'postgresql+psycopg://nobody:***@127.0.0.1:1/none' cannot be reached: ")
    assert not one.folder.exists()


@pytest.mark.parametrize("address", ["postgres", "sqlite:///study.db", "mysql://me@host/base", "postgresql://host"])
def test_an_address_of_anything_else_is_refused(search, address):
    search.start(storage=address)
    assert search.wait() == 2
    assert "Write postgresql://USER@HOST/DATABASE" in search.errors
    assert not search.folder.exists()


def test_a_server_that_dies_ends_the_search_with_one_sentence(home, program):
    with server() as address:
        search = Search(home, program, {"executor": "inline", "trials": TRIALS, "storage": address, "pause": 0.05})
        search.start()
        search.await_lines(6)
    assert search.wait() == 2
    (line,) = search.errors.splitlines()
    assert line.startswith("the study 'bench' in 'postgresql+psycopg://postgres@/postgres")
    assert line.endswith("Mend it; the same command goes on.")


@pytest.mark.slow
def test_the_page_on_several_drivers_can_be_followed(home, database):
    """Its commands are given at the same time."""
    page = (Path(__file__).parents[2] / "docs" / "several-drivers.md").read_text()
    (spec,) = re.findall(r"```yaml\n# space.yaml\n(.*?)```", page, re.DOTALL)
    (home / "space.yaml").write_text(spec)
    (commands,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    programs = [
        subprocess.Popen(
            [Path(sys.executable).parent / "fractalgen", *shlex.split(line)[1:]], cwd=home, stderr=subprocess.PIPE
        )
        for line in commands.replace("postgresql://me@db.example/searches", database).splitlines()
    ]
    ends = [(program.communicate(timeout=300)[1], program.returncode) for program in programs]
    assert [status for _, status in ends] == [0, 0], ends
    boards = [json.loads((home / "runs" / name / "leaderboard.json").read_text()) for name in ("one", "other")]
    assert [[trial["number"] for trial in board["trials"]] for board in boards] == [list(range(6))] * 2
    assert boards[0]["trials"] == boards[1]["trials"]
    assert all((home / "runs" / name / "report.html").exists() for name in ("one", "other"))
