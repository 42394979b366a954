"""SVHN and the MATLAB files that it comes in."""

import contextlib
import struct
import zlib

import numpy as np
import pytest
import scipy.io
import torch

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training import load_data
from fractalgen.training.sources.matlab import read_arrays

RANDOM = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))


def pixels(count, *shape):
    return RANDOM.randint(0, 256, (count, *shape)).astype(np.uint8)


def load(folder, source=None, **more):
    return load_data(Data(source=source, path=str(folder), **more))


def write_svhn(folder, parts=(("train", 30), ("test", 10)), **options):
    folder.mkdir(exist_ok=True)
    for part, count in parts:
        images = pixels(32, 32, 3, count)
        digits = np.array([index % 10 + 1 for index in range(count)], np.uint8)[:, None]
        scipy.io.savemat(folder / f"{part}_32x32.mat", {"X": images, "y": digits}, **options)
    return folder


def test_svhn_is_turned_upright_and_its_tens_are_zeros(tmp_path):
    folder = write_svhn(tmp_path / "svhn")
    data = load(folder)
    stored = scipy.io.loadmat(folder / "test_32x32.mat")
    test = data.final_test()
    assert torch.equal(test.images[3], torch.from_numpy(stored["X"][:, :, :, 3].transpose(2, 0, 1).copy()))
    assert test.labels.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    assert len(data.train) + len(data.validation) == 30


@pytest.mark.parametrize("chunk", [1, 7, 30])
def test_svhn_is_the_same_in_chunks_of_any_size(tmp_path, monkeypatch, chunk):
    folder = write_svhn(tmp_path / "svhn")
    whole = load(folder).train.images
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "other"))
    monkeypatch.setattr("fractalgen.training.sources.svhn._CHUNK", chunk)
    assert torch.equal(load(folder).train.images, whole)


def big_endian(name, code, stored, array):
    """Return an element of a file as a big-endian machine wrote it: flags, sizes, name, numbers."""
    sizes = struct.pack(f">II{array.ndim}i", 5, 4 * array.ndim, *array.shape) + bytes(4 * (array.ndim % 2))
    numbers = array.tobytes(order="F")
    inner = struct.pack(">IIII", 6, 8, code, 0) + sizes + struct.pack(">HH4s", 1, 1, name)
    inner += struct.pack(">II", stored, len(numbers)) + numbers + bytes(-len(numbers) % 8)
    return struct.pack(">II", 14, len(inner)) + inner


def test_a_matlab_file_of_a_big_endian_machine_is_read(tmp_path):
    folder = write_svhn(tmp_path / "svhn")
    stored = scipy.io.loadmat(folder / "test_32x32.mat")
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    labels = big_endian(b"y", 10, 4, stored["y"].astype(">u2"))
    (folder / "test_32x32.mat").write_bytes(head + big_endian(b"X", 9, 2, stored["X"]) + labels)
    assert scipy.io.loadmat(folder / "test_32x32.mat")["y"].ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    test = load(folder).final_test()
    assert torch.equal(test.images, torch.from_numpy(stored["X"].transpose(3, 2, 0, 1).copy()))
    assert test.labels.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]


def test_damaged_matlab_files_end_in_an_error_and_never_in_a_crash(tmp_path):
    """scipy's own reader brings the process down on some of these."""
    folder = write_svhn(tmp_path / "svhn", [("train", 12), ("test", 2)])
    file = folder / "train_32x32.mat"
    content = file.read_bytes()
    for place in range(400):
        for value in (0, 255):
            file.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
            with contextlib.suppress(TrainError):
                read_arrays(file)


def test_the_extra_images_of_svhn_are_trained_on_when_they_are_there(tmp_path):
    folder = write_svhn(tmp_path / "svhn", do_compression=True)
    before = load(folder)
    write_svhn(folder, [("extra", 20)])
    after = load(folder)
    assert len(after.train) + len(after.validation) == 50
    assert after.digest != before.digest


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9])
def test_a_matlab_file_that_is_cut_off_anywhere_is_named(tmp_path, compressed, part, share):
    folder = write_svhn(tmp_path / "svhn", do_compression=compressed)
    file = folder / f"{part}_32x32.mat"
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(
        TrainError, match=rf"{part}_32x32.mat' (is no MATLAB file that can be read|is cut off|holds no)"
    ):
        load(folder)


def test_a_matlab_file_of_something_else_is_named(tmp_path):
    folder = write_svhn(tmp_path / "svhn")
    scipy.io.savemat(folder / "train_32x32.mat", {"X": np.zeros((3, 3)), "y": np.zeros(3)})
    with pytest.raises(TrainError, match="train_32x32.mat' holds no images `X` of 32x32x3 bytes"):
        load(folder)
    scipy.io.savemat(folder / "train_32x32.mat", {"X": pixels(32, 32, 3, 9), "y": np.zeros(3)})
    with pytest.raises(TrainError, match="train_32x32.mat' holds no labels `y`"):
        load(folder)
    (folder / "train_32x32.mat").write_bytes(zlib.compress(b"x" * 5000))
    with pytest.raises(TrainError, match="train_32x32.mat' is no MATLAB file"):
        load(folder)
