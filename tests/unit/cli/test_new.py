import shlex
import subprocess
import sys
from pathlib import Path

from fractalgen.passes.check import check_file

PROGRAM = str(Path(sys.executable).parent / "fractalgen")


def test_new_writes_a_spec_that_checks_and_never_overwrites(tmp_path):
    command = [PROGRAM, "new", "mine.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert check_file(tmp_path / "mine.yaml") == ()
    (tmp_path / "mine.yaml").write_text("precious")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "'mine.yaml' exists. Give another name.\n"
    assert (tmp_path / "mine.yaml").read_text() == "precious"


def test_the_commands_in_a_new_file_run_on_that_file(tmp_path):
    subprocess.run([PROGRAM, "new", "own net.yaml"], cwd=tmp_path, capture_output=True, check=True)
    text = (tmp_path / "own net.yaml").read_text()
    commands = [line.partition("   fractalgen ")[2] for line in text.splitlines() if "#   fractalgen " in line]
    assert [command.split()[0] for command in commands] == ["check", "show", "draw", "train", "enumerate", "search"]
    for command in commands[:3]:
        words = shlex.split(command, comments=True)
        subprocess.run([PROGRAM, *words], cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "mine.svg").exists()


def test_every_verb_has_help_with_an_example():
    listing = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    verbs = [line.split()[0] for line in listing.partition("Commands:")[2].splitlines() if line.strip()]
    assert len(verbs) == 14
    for verb in verbs:
        text = subprocess.run([PROGRAM, verb, "--help"], capture_output=True, text=True, check=True).stdout
        assert f"Example: fractalgen {verb}" in text
