"""Which files an export may write."""

import os

import pytest

from fractalgen.compiler.saved import check_target
from fractalgen.errors import ExportError


@pytest.fixture
def run_folder(tmp_path):
    folder = tmp_path / "run"
    (folder / "best").mkdir(parents=True)
    (folder / "trials" / "3").mkdir(parents=True)
    for path in ("spec.yaml", "best/weights.safetensors", "trials/3/spec.yaml"):
        (folder / path).write_text("kept")
    return folder


NAMES = ["spec.yaml", "best/weights.safetensors", "trials/3/spec.yaml", "../run/spec.yaml", "best/../spec.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_the_files_of_a_run_are_not_replaced(run_folder, name):
    with pytest.raises(ExportError, match="belongs to the run"):
        check_target(run_folder, run_folder / name)


def test_the_files_of_a_run_are_not_replaced_through_a_linked_folder(run_folder, tmp_path):
    (tmp_path / "latest").symlink_to(run_folder)
    with pytest.raises(ExportError, match="belongs to the run"):
        check_target(run_folder, tmp_path / "latest" / "spec.yaml")


def test_only_files_are_replaced(run_folder, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ExportError, match="is no file that can be replaced"):
            check_target(run_folder, target)


def test_other_files_may_be_replaced(run_folder, tmp_path):
    (tmp_path / "net.py").write_text("old")
    check_target(run_folder, tmp_path / "net.py")
    check_target(run_folder, run_folder / "net.py")
