"""A PostgreSQL of our own, in a folder that is removed: Debian's package, started as the user postgres."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest


def programs():
    """Return the folder of the newest installed server, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[4]))
    if found:
        return found[-1].parent
    return Path(shutil.which("initdb")).parent if shutil.which("initdb") else None


def as_user(command):
    """PostgreSQL refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


@contextmanager
def server():
    """Start a server that listens on a socket in its own folder alone; yield the address of its database."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="pg") as home:
        data = f"{home}/data"
        if os.getuid() == 0:
            shutil.chown(home, "postgres")

        def run(*command):
            subprocess.run(as_user([str(folder / command[0]), *command[1:]]), check=True, capture_output=True, cwd=home)

        run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync")
        options = f"-c listen_addresses='' -k {home} -c fsync=off -c max_connections=40"
        run("pg_ctl", "-D", data, "-w", "-l", f"{home}/log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={home}"
        finally:
            run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
