"""Every code block of the README and of docs/ runs, and every picture is current."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fractalgen.passes.check import check_file

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SCRIPTS = {page for page in PAGES if re.search(r"^```\w+\n# \S+\.\w+\n", page.read_text(), re.MULTILINE)}
"""Pages that write files: their blocks run in order, as one script, in test_scripts.py."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind):
    return [
        pytest.param(page, match[2], id=f"{page.name}-{number}")
        for page in PAGES
        for number, match in enumerate(BLOCK.finditer(page.read_text()))
        if match[1] == kind and page not in SCRIPTS
    ]


def test_every_block_is_of_a_kind_that_runs():
    kinds = {match[1] for page in PAGES for match in BLOCK.finditer(page.read_text())}
    assert kinds <= {"yaml", "sh", "python", "text", "toml"}


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_yaml_blocks_check(page, text, tmp_path):
    (tmp_path / "spec.yaml").write_text(text)
    assert check_file(tmp_path / "spec.yaml") == ()


@pytest.mark.parametrize(("page", "text"), blocks("python"))
def test_python_blocks_run(page, text):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for expected in re.findall(r"print\(.*?\)\s+# (.+)", text):
        assert expected in done.stdout


@pytest.mark.slow
def test_the_commands_of_the_readme_run_in_order(tmp_path):
    """The make lines are the two commands of continuous integration and of the demo's own test."""
    readme = (ROOT / "README.md").read_text()
    (tmp_path / "small.yaml").write_text(BLOCK.search(readme[readme.index("```yaml") :])[2])
    shutil.copytree(ROOT / "search_spaces", tmp_path / "search_spaces")
    program = str(Path(sys.executable).parent / "fractalgen")
    lines = [line for match in BLOCK.finditer(readme) if match[1] == "sh" for line in match[2].splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines]
    assert {words[0] for words in commands} == {"make", "fractalgen"}
    for words in commands:
        if words[0] == "fractalgen":
            done = subprocess.run([program, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (words, done.stderr)
    assert (tmp_path / "small.svg").exists()
    assert (tmp_path / "runs" / "digits" / "report.html").exists()


def test_the_guide_names_every_word_join_hole_and_section():
    from fractalgen.ir.joins import JOINS
    from fractalgen.ir.schema import schema
    from fractalgen.spec.parse_expression import EXPRESSION_WORDS

    holes = {"choice", "int", "float", "subset", "prefix", "product"}
    guide = set(re.findall(r"\w+", (ROOT / "docs" / "language.md").read_text()))
    assert {*EXPRESSION_WORDS, *JOINS, *holes, *schema()["properties"]} - guide == set()


def test_links_and_pictures_exist():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), (page, target)


def test_the_gallery_and_its_pictures_are_current(tmp_path):
    program = [sys.executable, "-W", "error", str(ROOT / "docs" / "make_pictures"), str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = [file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file()]
    for file in made:
        assert (tmp_path / file).read_text() == (ROOT / "docs" / file).read_text(), (
            f"run `make pictures`: {file} is old"
        )
    kept = {file.relative_to(ROOT / "docs") for file in (ROOT / "docs" / "pictures").rglob("*.svg")}
    assert kept == {file for file in made if file.suffix == ".svg"}


def test_every_built_in_rule_has_a_picture_in_the_gallery():
    from fractalgen.ir.builtin_rules import builtin_names

    gallery = (ROOT / "docs" / "gallery.md").read_text()
    assert [name for name in builtin_names() if f"pictures/rules/{name}.svg" not in gallery] == []


def test_the_notebook_shows_what_its_cells_give_now(tmp_path):
    program = [sys.executable, "-W", "error", str(ROOT / "docs" / "make_notebook"), str(tmp_path / "notebook.ipynb")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "notebook.ipynb").read_text() == (ROOT / "docs" / "notebook.ipynb").read_text(), (
        "run `make pictures`"
    )
