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


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_not_replaced(tmp_path, make):
    make(tmp_path / "x")
    before = os.stat(tmp_path / "x")
    with pytest.raises(FileExistsError, match="it is no file that can be replaced"):
        write_bytes(tmp_path / "x", b"x")
    assert os.stat(tmp_path / "x").st_ino == before.st_ino
    assert len(list(tmp_path.iterdir())) == 1
