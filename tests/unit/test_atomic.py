"""Files that are there whole or not at all."""

import os

import pytest

from fractalgen.atomic import write_bytes, write_text


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    write_text(tmp_path / "new" / "x.txt", "one")
    write_text(tmp_path / "new" / "x.txt", "two")
    assert [file.read_text() for file in (tmp_path / "new").iterdir()] == ["two"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_bytes(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_bytes(tmp_path / "x", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o444])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path, mode):
    (tmp_path / "x").write_text("one")
    (tmp_path / "x").chmod(mode)
    write_text(tmp_path / "x", "two")
    assert (tmp_path / "x").read_text() == "two"
    assert (tmp_path / "x").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_not_replaced(tmp_path, make):
    make(tmp_path / "x")
    before = os.stat(tmp_path / "x")
    with pytest.raises(FileExistsError, match="it is no file that can be replaced"):
        write_bytes(tmp_path / "x", b"x")
    assert os.stat(tmp_path / "x").st_ino == before.st_ino
    assert len(list(tmp_path.iterdir())) == 1
