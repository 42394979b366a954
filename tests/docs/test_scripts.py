"""Pages that are one script: every block runs in order, in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOUR = ROOT / "docs" / "tour.md"


def run(page, folder):
    """Run a page with the programs of this environment first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = [sys.executable, "-W", "error", str(Path(__file__).parent / "run_page.py"), str(page)]
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "COLUMNS": "100"}
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)


HOW_TO = sorted(page for page in (ROOT / "docs" / "how-to").glob("*.md") if page.name != "README.md")


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_a_page_on_parts_can_be_followed(page, tmp_path):
    done = run(page, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_tour_runs_from_top_to_bottom(tmp_path):
    done = run(TOUR, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "space" / "report.html").exists()


@pytest.mark.slow
def test_the_page_on_training_runs_from_top_to_bottom(tmp_path):
    done = run(ROOT / "docs" / "training.md", tmp_path)
    assert done.returncode == 0, done.stderr
    runs = ("small", "modern", "stopped", "two", "watched")
    assert all((tmp_path / "runs" / name / "weights.safetensors").exists() for name in runs)


@pytest.mark.slow
def test_the_page_on_analyses_runs_from_top_to_bottom(tmp_path):
    done = run(ROOT / "docs" / "analyses.md", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "small" / "analyses" / "probes.svg").exists()


def test_the_page_on_hyper_connections_runs_from_top_to_bottom(tmp_path):
    done = run(ROOT / "docs" / "field" / "hyper_connections.md", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_page_on_tasks_runs_from_top_to_bottom(tmp_path):
    done = run(ROOT / "docs" / "tasks.md", tmp_path)
    assert done.returncode == 0, done.stderr
    assert all((tmp_path / "runs" / name / "weights.safetensors").exists() for name in ("u", "vae"))


def test_the_commands_on_flemme_print_what_the_page_says(tmp_path):
    (tmp_path / "search_spaces").symlink_to(ROOT / "search_spaces")
    done = run(ROOT / "docs" / "field" / "flemme.md", tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_network_of_the_tour_is_the_one_in_its_picture():
    assert (ROOT / "docs" / "tour.yaml").read_text() in TOUR.read_text()


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("```python\nprint(1 + 1)  # 3\n```\n", "('3', '2\\n')"),
        ("```python\nprint(2)\n```\n\n```text\n3\n```\n", "expected\n3\n\nfound\n2"),
        ("```yaml\n# a.yaml\nname: 3\n```\n\n```sh\nfractalgen show a.yaml\n```\n", "a.yaml"),
    ],
)
def test_a_page_that_does_not_do_what_it_says_fails(page, problem, tmp_path):
    (tmp_path / "page.md").write_text(page)
    done = run(tmp_path / "page.md", tmp_path)
    assert done.returncode != 0
    assert problem in done.stderr
