"""Starts searches from a process that has everything imported: python program.py, one JSON document a line on stdin.

Each line is one search in a process of its own. Its id is printed, and once it has ended, how: 0, or what a shell shows.
"""

import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

import breakages
from journal import Journal

from fractalgen.errors import FractalGenError
from fractalgen.search import SearchOptions, run_search
from fractalgen.spec import load


def search(order):
    """Run one search; `breakage` names a function that spoils something first."""
    folder = Path(order["folder"])
    if "breakage" in order:
        getattr(breakages, order["breakage"])()
    options = SearchOptions(
        evaluation=Journal(Path(order["journal"]), order["pause"]),
        **{key: order[key] for key in ("trials", "executor", "workers", "storage") if key in order},
    )
    run_search(load(Path(order["spec"])), folder, options)


def child(order):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(order["errors"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    status = 1
    try:
        search(order)
        status = 0
    except FractalGenError as error:
        sys.stderr.write(f"{error}\n")
        status = error.exit_code
    except BaseException:  # noqa: BLE001 - what a program prints at its end
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def import_everything(spec):
    """Run one search, so that what is imported late is there before the forks."""
    with tempfile.TemporaryDirectory() as home:
        order = {"folder": f"{home}/run", "spec": spec, "journal": f"{home}/journal", "pause": 0.0}
        search({**order, "executor": "inline", "trials": 12})


def say(number):
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    import_everything(sys.argv[1])
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line))
        say(pid)
        say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
