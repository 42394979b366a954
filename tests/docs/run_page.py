"""Run a page of the documentation as one script, in the current folder: python run_page.py PAGE.

A block that begins with the comment `# NAME.EXT` becomes that file. Other Python blocks run and share their names; the
lines of a sh block are commands. A text block that directly follows code is what the code printed, with `...` for
anything.

`pip install -e .` notes the entry points of the folder as pip does, and no more: it leaves the environment as it is.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\S+\.\w+)\n")
EXPECTED = re.compile(r"^print\(.*\)  # (.+)$", re.MULTILINE)
CHECKER = doctest.OutputChecker()
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_python(text, names, line):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile("\n" * line + text, "page", "exec"), names)  # noqa: S102 - the page is ours
    for expected in EXPECTED.findall(text):
        assert expected in printed.getvalue().splitlines(), (expected, printed.getvalue())
    return printed.getvalue()


def install():
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    notes = Path(f"{project['name']}-{project['version']}.dist-info")
    notes.mkdir()
    (notes / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    lines = [line for group, points in groups for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))]
    (notes / "entry_points.txt").write_text("\n".join(lines))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path.cwd()), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])


def run_commands(text):
    printed = ""
    for line in text.splitlines():
        if line == "pip install -e .":
            install()
            continue
        done = subprocess.run(shlex.split(line), capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        printed += done.stdout
    return printed


def main(page):
    names, printed, end = {"__name__": "page"}, None, 0
    sys.path.insert(0, ".")
    for block in BLOCK.finditer(page):
        kind, text = block.groups()
        follows = page[end : block.start()].strip() == ""
        if FILE.match(text):
            file = Path(FILE.match(text)[1])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        elif kind == "python":
            printed = run_python(text, names, page[: block.start()].count("\n") + 1)
        elif kind == "sh":
            printed = run_commands(text)
        elif follows:
            assert CHECKER.check_output(text, printed, FLAGS), f"expected\n{text}\nfound\n{printed}"
        end = block.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text())
