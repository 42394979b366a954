"""Decoded images are kept, mapped, checked and made again; digests follow content, not clocks."""

import errno
import hashlib
import json
import logging
import os
import stat
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training import load_data
from fractalgen.training.sources import cache, decoded, digests
from fractalgen.training.sources.decoded import decoded as kept_or_decoded

CHUNKS = [(np.full((2, 1, 3, 3), n, np.uint8), np.array([n, n], np.int64)) for n in range(4)]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))
    cache.warn_of_no_cache.cache_clear()
    return tmp_path / "cache" / "decoded"


class Decode:
    """Counts how often images are decoded."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return iter(CHUNKS)


def check(found):
    assert torch.equal(found.images, torch.from_numpy(np.concatenate([chunk for chunk, _ in CHUNKS])))
    assert found.labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_images_are_decoded_once_and_mapped_after_that(folder):
    decode = Decode()
    for _ in range(3):
        check(kept_or_decoded("key", decode))
    assert decode.times == 1
    assert [path.name for path in folder.iterdir()] == ["key"]
    mapped = np.load(folder / "key" / "images.npy", mmap_mode="r")
    assert mapped.shape == (8, 1, 3, 3)


def test_what_is_mapped_takes_no_memory_and_no_file_changes_when_it_is_written(folder):
    found = kept_or_decoded("key", Decode())
    before = (folder / "key" / "images.npy").read_bytes()
    found.images.zero_()
    assert (folder / "key" / "images.npy").read_bytes() == before


def flip(path, at=-3):
    content = bytearray(path.read_bytes())
    content[at] ^= 255
    path.write_bytes(content)


DAMAGE = {
    "a bit of the images": lambda kept: flip(kept / "images.npy"),
    "a bit of the labels": lambda kept: flip(kept / "labels.npy"),
    "the header": lambda kept: flip(kept / "images.npy", 3),
    "a cut": lambda kept: os.truncate(kept / "images.npy", 270),
    "no images": lambda kept: (kept / "images.npy").unlink(),
    "no manifest": lambda kept: (kept / "manifest.json").unlink(),
    "half a manifest": lambda kept: os.truncate(kept / "manifest.json", 9),
    "an old format": lambda kept: (kept / "manifest.json").write_text(json.dumps({"format": 0})),
    "an empty folder": lambda kept: [path.unlink() for path in kept.iterdir()],
}


@pytest.mark.parametrize("how", DAMAGE)
def test_what_is_damaged_is_decoded_again_and_mended(folder, how):
    decode = Decode()
    kept_or_decoded("key", decode)
    DAMAGE[how](folder / "key")
    check(kept_or_decoded("key", decode))
    assert decode.times == 2
    check(kept_or_decoded("key", decode))
    assert decode.times == 2


def test_images_that_cannot_be_decoded_leave_nothing_behind(folder):
    def broken():
        yield CHUNKS[0]
        raise TrainError("row 3 cannot be decoded")

    with pytest.raises(TrainError, match="row 3 cannot be decoded"):
        kept_or_decoded("key", broken)
    assert list(folder.iterdir()) == []


def test_leftovers_of_killed_processes_go_after_a_day(folder):
    for name, age in ((".key.old", 90_000), (".key.new", 60)):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (time.time() - age, time.time() - age))
    kept_or_decoded("key", Decode())
    assert sorted(path.name for path in folder.iterdir()) == [".key.new", "key"]


def test_a_process_that_was_faster_wins(folder, monkeypatch):
    rename = Path.rename

    def late(self, target):
        monkeypatch.setattr(Path, "rename", rename)
        kept_or_decoded("key", Decode())
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    check(kept_or_decoded("key", Decode()))
    assert [path.name for path in folder.iterdir()] == ["key"]


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EACCES])
def test_a_cache_that_cannot_be_written_costs_nothing_but_time_and_says_so_once(folder, monkeypatch, caplog, code):
    def refused(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(decoded.tempfile, "mkdtemp", refused)
    decode = Decode()
    with caplog.at_level(logging.WARNING, "fractalgen"):
        check(kept_or_decoded("key", decode))
        check(kept_or_decoded("key", decode))
    assert decode.times == 2
    (record,) = caplog.records
    assert record.getMessage() == (
        f"warning: decoded images are not kept: {folder} cannot be written: {os.strerror(code)}. "
        "Set FRACTALGEN_CACHE to another folder."
    )


def test_a_disk_that_fills_up_while_images_are_written_is_survived(folder, monkeypatch):
    def full(folder, chunks):
        next(chunks)
        (folder / "images.npy").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(decoded, "_write_arrays", full)
    check(kept_or_decoded("key", Decode()))
    assert list(folder.iterdir()) == []


def test_a_cache_that_can_be_read_alone_is_used(folder, monkeypatch):
    decode = Decode()
    kept_or_decoded("key", decode)
    monkeypatch.setattr(decoded.tempfile, "mkdtemp", None)
    check(kept_or_decoded("key", decode))
    assert decode.times == 1


def test_large_files_are_checked_in_blocks_spread_over_them(folder, monkeypatch):
    monkeypatch.setattr(decoded, "_CHECKED_BYTES", 64)
    monkeypatch.setattr(decoded, "_BLOCK", 16)
    decode = Decode()
    kept_or_decoded("key", decode)
    flip(folder / "key" / "images.npy", 5 * 16)
    kept_or_decoded("key", decode)
    assert decode.times == 2


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"FRACTALGEN_CACHE": "/here", "XDG_CACHE_HOME": "/there"}, "/here"),
        ({"XDG_CACHE_HOME": "/there"}, "/there/fractalgen"),
        ({"FRACTALGEN_CACHE": "~/mine"}, "/home/one/mine"),
        ({}, "/home/one/.cache/fractalgen"),
    ],
)
def test_the_cache_lies_where_the_environment_says(monkeypatch, variables, expected):
    for name in ("FRACTALGEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cache.sys, "platform", "linux")
    monkeypatch.setenv("HOME", "/home/one")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache.cache_folder() == Path(expected)


def test_a_user_without_a_home_has_a_cache_too(monkeypatch, tmp_path):
    def unknown():
        raise RuntimeError("Could not determine home directory.")

    for name in ("FRACTALGEN_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cache.Path, "home", unknown)
    monkeypatch.setattr(cache.tempfile, "tempdir", str(tmp_path))
    assert tmp_path in cache.cache_folder().parents


@pytest.fixture
def settled(tmp_path):
    """Two files that have not changed for an hour, as far as anything but their inodes tells."""
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        file.write_bytes(file.name.encode() * 100)
        os.utime(file, (1, 1))
    return files


def hashed(monkeypatch):
    read = []
    original = hashlib.file_digest

    def watched(file, kind):
        read.append(Path(file.name).name)
        return original(file, kind)

    monkeypatch.setattr(hashlib, "file_digest", watched)
    return read


def test_files_are_hashed_once_as_long_as_they_stay_the_same(tmp_path, settled, monkeypatch):
    monkeypatch.setattr(digests, "_JUST_NOW_NS", 0)
    read = hashed(monkeypatch)
    first = digests.digest_of(settled, tmp_path)
    assert digests.digest_of(settled, tmp_path) == first
    assert read == ["a", "b"]


def test_files_that_changed_just_now_are_hashed_again(tmp_path, settled, monkeypatch):
    read = hashed(monkeypatch)
    digests.digest_of(settled, tmp_path)
    digests.digest_of(settled, tmp_path)
    assert read == ["a", "b", "a", "b"]


def test_a_change_that_keeps_size_and_time_is_noticed(tmp_path, settled, monkeypatch):
    monkeypatch.setattr(digests, "_JUST_NOW_NS", 0)
    first = digests.digest_of(settled, tmp_path)
    settled[1].write_bytes(b"c" * 100)
    os.utime(settled[1], (1, 1))
    assert digests.digest_of(settled, tmp_path) != first


def test_a_digest_knows_content_names_and_order_but_not_the_place(tmp_path, settled):
    first = digests.digest_of(settled, tmp_path)
    assert digests.digest_of(settled[::-1], tmp_path) != first
    moved = tmp_path / "moved"
    moved.mkdir()
    for file in settled:
        file.rename(moved / file.name)
    files = [moved / file.name for file in settled]
    assert digests.digest_of(files, moved) == first
    assert digests.digest_of(files, tmp_path) != first


def test_a_note_of_a_digest_that_is_damaged_is_not_believed(tmp_path, settled, monkeypatch):
    monkeypatch.setattr(digests, "_JUST_NOW_NS", 0)
    first = digests.digest_of(settled, tmp_path)
    (note,) = (tmp_path / "cache" / "digests").iterdir()
    assert stat.S_ISREG(note.stat().st_mode)
    note.write_text("0" * 64 + note.read_text()[64:])
    assert digests.digest_of(settled, tmp_path) == first
    note.write_bytes(b"\xff\xfe")
    assert digests.digest_of(settled, tmp_path) == first


def test_a_run_with_a_cache_and_one_without_see_the_same_images(tmp_path, monkeypatch):
    folder = tmp_path / "x"
    folder.mkdir()
    records = np.random.RandomState(0).randint(0, 256, (20, 3073)).astype(np.uint8)
    records[:, 0] = np.arange(20) % 10
    for name in [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]:
        (folder / name).write_bytes(records.tobytes())
    data = Data(source="cifar10", path=str(folder))
    kept = load_data(data), load_data(data)
    monkeypatch.setenv("FRACTALGEN_CACHE", str(folder / "test_batch.bin" / "cache"))
    plain = load_data(data)
    for other in kept:
        assert other.digest == plain.digest
        assert torch.equal(other.train.images, plain.train.images)
        assert torch.equal(other.validation.labels, plain.validation.labels)
