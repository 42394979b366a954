"""A full disk: one clear line; once there is room, the same command goes on and has lost nothing."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

TRIALS = 12


@pytest.fixture
def small_disk():
    """A file system of 8 MiB, where this user may mount one."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]
        if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("this user may not mount a small file system")
        yield Path(folder)
        subprocess.run(["umount", "--lazy", folder], check=True)


def check_resumed(search, known):
    """Check that the search ends as asked, without another evaluation of what was kept."""
    trials = search.finish(breakage="nothing")
    assert [trial["number"] for trial in trials] == list(range(TRIALS))
    assert all(trial["state"] == "complete" for trial in trials)
    ended = [int(line.split()[1]) for line in search.lines("ended")]
    assert all(ended.count(number) == 1 for number in known)


def check_line(search):
    """Check that people read one line, which tells them what to do."""
    (line,) = search.errors.splitlines()
    assert line.startswith("the disk is full that holds '")
    assert line.endswith("Free some space; the same command goes on.")


@pytest.mark.parametrize("breakage", ["full_database", "full_disk", "full_disk_of_weights"])
def test_a_search_whose_disk_is_full_says_so_and_goes_on_later(search, breakage):
    search.options |= {"trials": TRIALS}
    search.finish(trials=4)
    known = search.kept()
    search.start(breakage=breakage)
    assert search.wait() == 2
    check_line(search)
    check_resumed(search, known)


def test_a_search_on_a_disk_that_fills_up_goes_on_when_there_is_room(search, small_disk):
    search.options |= {"trials": TRIALS}
    search.disk = small_disk
    search.finish(trials=3)
    known = search.kept()
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    search.start()
    assert search.wait() == 2
    check_line(search)
    filler.unlink()
    check_resumed(search, known)
