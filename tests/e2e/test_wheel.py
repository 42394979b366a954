"""The wheel holds fractalgen alone and works from another folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


@pytest.mark.slow
def test_only_fractalgen_is_on_top_level_and_data_files_are_inside(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"fractalgen"}
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "search_spaces").rglob("*.yaml")}
    assert sources
    assert {f"fractalgen/{name}" for name in sources} <= set(names)
    assert "fractalgen/rules/fractal.yaml" in names
    assert "fractalgen/py.typed" in names
    assert "fractalgen/visualize/__init__.py" in names


@pytest.mark.slow
def test_the_wheel_works_in_a_clean_environment_from_another_folder(wheel, tmp_path):
    """The environment sees the libraries of this one, but not the checkout: only the wheel holds fractalgen."""
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    site = next(environment.glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries))
    code = "import fractalgen, sys; sys.argv = ['fractalgen', *sys.argv[1:]]; from fractalgen.cli import main; main()"
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*arguments):
        command = [str(python), "-c", code, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [python, "-c", "import fractalgen; print(fractalgen.__file__)"], cwd=tmp_path, env=clean, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(environment)
    spec = site / "fractalgen" / "search_spaces" / "cifar10" / "fractalnet20.yaml"
    assert '"parameters": 33724618' in run("show", str(spec), "--json")
    assert "fractal" in run("list")
    run("draw", str(spec), "-o", "x.svg")
    assert (tmp_path / "x.svg").stat().st_size > 1000
