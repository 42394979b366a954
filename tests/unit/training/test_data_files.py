"""CIFAR and image folders, as tiny files in the formats that people download."""

import io
import os
import pickle
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training import load_data

RANDOM = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))


def pixels(count, *shape):
    return RANDOM.randint(0, 256, (count, *shape)).astype(np.uint8)


def labels(count, classes):
    return [index % classes for index in range(count)]


def write_pickles(folder, protocol=2, key=str, **more):
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"], 1):
        batch = {
            key("data"): pixels(10, 3072),
            key("labels"): labels(10, 10),
            key("batch_label"): key(f"{number} of 5"),
        }
        (folder / name).write_bytes(pickle.dumps(batch, protocol=protocol))
    test = {key("data"): pixels(4, 3072), key("labels"): labels(4, 10)}
    (folder / "test_batch").write_bytes(pickle.dumps(test, protocol=protocol))
    return folder


def write_binary(folder):
    folder.mkdir(exist_ok=True)
    for name, count in [(f"data_batch_{n}.bin", 10) for n in range(1, 6)] + [("test_batch.bin", 4)]:
        records = np.concatenate([np.array(labels(count, 10), np.uint8)[:, None], pixels(count, 3072)], axis=1)
        (folder / name).write_bytes(records.tobytes())
    return folder


def write_cifar100(folder, *, binary):
    folder.mkdir(exist_ok=True)
    for part, count in (("train", 200), ("test", 100)):
        fine, images = labels(count, 100), pixels(count, 3072)
        if binary:
            coarse = np.full((count, 1), 19, np.uint8)
            records = np.concatenate([coarse, np.array(fine, np.uint8)[:, None], images], axis=1)
            (folder / f"{part}.bin").write_bytes(records.tobytes())
            (folder / "fine_label_names.txt").write_text("apple\n")
        else:
            batch = {b"data": images, b"fine_labels": fine, b"coarse_labels": [19] * count}
            (folder / part).write_bytes(pickle.dumps(batch, protocol=2))
            (folder / "meta").write_bytes(pickle.dumps({b"fine_label_names": [b"apple"]}, protocol=2))
    return folder


def write_images(folder, size=6, test="test", suffix="png", mode="RGB"):
    for part, count in (("train", 4), (test, 2)):
        for name in ("cat", "dog", "owl"):
            (folder / part / name).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                shape = (size, size, 3) if mode == "RGB" else (size, size)
                picture = Image.fromarray(pixels(1, *shape)[0])
                picture.save(folder / part / name / f"{number}.{suffix}")
    return folder


def load(folder, source=None, **more):
    return load_data(Data(source=source, path=str(folder), **more))


def test_cifar10_pickles_are_read_with_channels_rows_and_columns_in_their_order(tmp_path):
    folder = write_pickles(tmp_path / "cifar-10-batches-py")
    data = load(folder, "cifar10")
    assert (len(data.train), len(data.validation), data.classes) == (40, 10, 10)
    assert data.train.shape == (3, 32, 32)
    first = pickle.loads((folder / "test_batch").read_bytes())  # noqa: S301 - written above
    test = data.final_test()
    assert torch.equal(test.images, torch.from_numpy(first["data"].reshape(-1, 3, 32, 32)))
    assert test.labels.tolist() == first["labels"]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("key", [str, str.encode], ids=["text", "bytes"])
def test_pickles_of_every_protocol_are_read_whether_keys_are_text_or_bytes(tmp_path, protocol, key):
    data = load(write_pickles(tmp_path / "x", protocol, key), "cifar10")
    assert len(data.train) + len(data.validation) == 50


def test_a_pickle_of_python_2_is_read(tmp_path):
    """Bytes written by hand, as the original files have them: text is SHORT_BINSTRING, arrays are old multiarray."""
    content = pixels(10, 3072).tobytes()
    old = b"\x80\x02}(U\x04data" + b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    old += b"(K\x01K\x0aM\x00\x0c\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
    old += b"T" + struct.pack("<i", len(content)) + content + b"tb"
    old += b"U\x06labels](" + b"".join(b"K" + bytes([n]) for n in range(10)) + b"eu."
    folder = write_pickles(tmp_path / "x")
    for number in range(1, 6):
        (folder / f"data_batch_{number}").write_bytes(old)
    data = load(folder, "cifar10")
    assert data.train.images[0].numpy().tobytes() == content[:3072]


def test_cifar10_binary_files_give_what_they_hold(tmp_path):
    folder = write_binary(tmp_path / "cifar-10-batches-bin")
    data = load(folder)
    record = np.frombuffer((folder / "test_batch.bin").read_bytes(), np.uint8).reshape(-1, 3073)
    test = data.final_test()
    assert torch.equal(test.images.flatten(1), torch.from_numpy(record[:, 1:].copy()))
    assert test.labels.tolist() == record[:, 0].tolist()


@pytest.mark.parametrize("binary", [False, True])
def test_cifar100_has_its_fine_labels(tmp_path, binary):
    data = load(write_cifar100(tmp_path / "any", binary=binary))
    assert (data.classes, len(data.train), len(data.validation)) == (100, 100, 100)
    assert data.final_test().labels.tolist() == labels(100, 100)


@pytest.mark.parametrize(
    ("source", "inner", "write"),
    [
        ("cifar10", "cifar-10-batches-py", write_pickles),
        ("cifar10", "cifar-10-batches-bin", write_binary),
        ("cifar100", "cifar-100-python", lambda folder: write_cifar100(folder, binary=False)),
        ("cifar100", "cifar-100-binary", lambda folder: write_cifar100(folder, binary=True)),
    ],
)
def test_the_folder_around_the_unpacked_archive_will_do(tmp_path, source, inner, write):
    write(tmp_path / inner)
    assert load(tmp_path).digest == load(tmp_path, source).digest == load(tmp_path / inner).digest


@pytest.mark.parametrize(("test", "suffix"), [("test", "png"), ("val", "bmp")])
def test_classes_of_an_image_folder_are_its_folders_in_the_order_of_their_names(tmp_path, test, suffix):
    folder = write_images(tmp_path / "pictures", test=test, suffix=suffix)
    (folder / "train" / ".cache").mkdir()
    (folder / "train" / "notes.txt").write_text("no class")
    (folder / "train" / "cat" / ".hidden.png").write_text("no image")
    data = load(folder)
    assert (data.classes, data.train.shape) == (3, (3, 6, 6))
    with Image.open(folder / test / "dog" / f"0.{suffix}") as picture:
        assert torch.equal(data.final_test().images[2], torch.from_numpy(np.array(picture)).permute(2, 0, 1))
    assert data.final_test().labels.tolist() == [0, 0, 1, 1, 2, 2]


def test_images_of_many_sizes_are_scaled_and_cropped_when_a_size_is_given(tmp_path):
    folder = write_images(tmp_path / "pictures")
    Image.new("RGB", (40, 8), (9, 9, 9)).save(folder / "train" / "cat" / "wide.jpg", quality=100)
    data = load(folder, size=(4, 5))
    assert data.train.shape == data.final_test().shape == (3, 4, 5)
    assert any((image == 9).all() for image in torch.cat([data.train.images, data.validation.images]))


def test_images_are_grey_when_all_of_them_are(tmp_path):
    folder = write_images(tmp_path / "pictures", mode="L")
    assert load(folder).train.shape == (1, 6, 6)
    Image.new("RGB", (6, 6)).save(folder / "train" / "owl" / "0.png")
    assert load(folder).train.shape == (3, 6, 6)


class Evil:
    def __reduce__(self):
        return os.system, ("echo this must not run > evil",)


BROKEN_BATCHES = {
    "evil": {"more": Evil()},
    "object": {"data": np.array([{}, {}], dtype=object)},
    "pixels": {"data": pixels(10, 1024)},
    "few labels": {"labels": [1, 2]},
    "text labels": {"labels": ["cat"] * 10},
    "endless label": {"labels": [10**30] * 10},
    "high": {"labels": [10] * 10},
    "negative": {"labels": [-1] * 10},
}


def break_pickle(folder, how):
    batch = folder / "data_batch_3"
    content = batch.read_bytes()
    if how in BROKEN_BATCHES:
        found = pickle.loads(content)  # noqa: S301 - written above
        batch.write_bytes(pickle.dumps({**found, **BROKEN_BATCHES[how]}))
    elif how == "missing":
        batch.unlink()
    elif how == "test cut":
        (folder / "test_batch").write_bytes((folder / "test_batch").read_bytes()[:-5])
    else:
        batch.write_bytes({"cut": content[:9000], "noise": bytes(range(256)), "list": pickle.dumps([1, 2])}[how])


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("evil", r"data_batch_3' asks to run '(posix|nt).system', which no images need; nothing of it was run"),
        ("object", "data_batch_3' is cut off or damaged: an array of objects"),
        ("cut", "data_batch_3' is cut off or damaged"),
        ("noise", "data_batch_3' is cut off or damaged"),
        ("list", "data_batch_3' holds no `data` of 3,072 bytes an image"),
        ("pixels", "data_batch_3' holds no `data` of 3,072 bytes an image"),
        ("few labels", "data_batch_3' holds no `labels` with one label an image"),
        ("text labels", "data_batch_3' holds `labels` that are no whole numbers"),
        ("endless label", "data_batch_3' holds `labels` that are no whole numbers"),
        ("high", "the training set has a label 10, but 10 classes end at 9"),
        ("negative", "the training set has a label -1. Labels are numbers from 0"),
        ("missing", "no data_batch_3 in .*. Unpack the archive again"),
        ("test cut", "test_batch' is cut off"),
    ],
)
def test_a_pickle_that_is_wrong_is_named(tmp_path, monkeypatch, how, message):
    monkeypatch.chdir(tmp_path)
    folder = write_pickles(tmp_path / "cifar-10-batches-py")
    break_pickle(folder, how)
    with pytest.raises(TrainError, match=message):
        load(folder)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("name", ["data_batch_2.bin", "test_batch.bin"])
@pytest.mark.parametrize("size", [0, 3073 * 2 - 1])
def test_a_binary_file_that_is_cut_off_is_named(tmp_path, name, size):
    folder = write_binary(tmp_path / "x")
    (folder / name).write_bytes((folder / name).read_bytes()[:size])
    with pytest.raises(TrainError, match=rf"{name}' is cut off: [\d,]+ bytes are no whole number of images of 3,073"):
        load(folder, "cifar10")


def forget(path):
    for file in path.rglob("*.png"):
        file.unlink()


def add_class(folder):
    folder.mkdir()
    Image.new("RGB", (6, 6)).save(folder / "0.png")


def keep_owls(folder):
    for part in ("train", "test"):
        for name in ("cat", "dog"):
            (folder / part / name).rename(folder / f"{part}-{name}")


BREAK_IMAGES = {
    "size": lambda folder: Image.new("RGB", (7, 5)).save(folder / "train" / "cat" / "0.png"),
    "cut": lambda folder: os.truncate(folder / "train" / "cat" / "0.png", 40),
    "16 bits": lambda folder: Image.fromarray(np.zeros((6, 6), np.uint16)).save(folder / "train" / "cat" / "0.png"),
    "empty class": lambda folder: (folder / "train" / "ant").mkdir(),
    "new class": lambda folder: add_class(folder / "test" / "ant"),
    "no test": lambda folder: (folder / "test").rename(folder / "exam"),
    "empty test": lambda folder: forget(folder / "test"),
    "test size": lambda folder: Image.new("RGB", (7, 5)).save(folder / "test" / "cat" / "0.png"),
    "one class": keep_owls,
}


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("size", r"the images differ in size: .*0.png' has 7x5 pixels, .*1.png' has 6x6 pixels. Write `size: "),
        ("cut", "cat/0.png' cannot be decoded as an image"),
        ("16 bits", "cat/0.png' has pixels of more than 8 bits. Convert it to 8 bits"),
        ("empty class", "no images in .*train/ant'. Remove the folder, or put images in it"),
        ("new class", "test/ant' is a class without training images"),
        ("no test", "no test/ in .*pictures'. The folder needs train/CLASS/ and test/CLASS/"),
        ("empty test", "no images in .*test'"),
        ("test size", "the test images are 3x5x7, the training images 3x6x6"),
        ("one class", "the training set has one class. Telling classes apart needs at least two"),
    ],
)
def test_an_image_folder_that_is_wrong_is_named(tmp_path, how, message):
    folder = write_images(tmp_path / "pictures")
    BREAK_IMAGES[how](folder)
    with pytest.raises(TrainError, match=message):
        load(folder, "image_folder")


def test_a_bomb_of_an_image_is_refused(tmp_path):
    folder = write_images(tmp_path / "pictures")
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    (folder / "train" / "cat" / "0.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    with pytest.raises(TrainError, match="cat/0.png' cannot be decoded as an image"):
        load(folder)


def test_a_class_without_training_images_is_named(tmp_path):
    folder = write_binary(tmp_path / "x")
    for number in range(1, 6):
        records = np.frombuffer((folder / f"data_batch_{number}.bin").read_bytes(), np.uint8).reshape(-1, 3073)
        (folder / f"data_batch_{number}.bin").write_bytes(records[records[:, 0] != 7].tobytes())
    with pytest.raises(TrainError, match="class 7 of 10 has no training images"):
        load(folder, "cifar10")


def test_a_folder_of_another_layout_says_what_it_holds_and_what_it_needs(tmp_path):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"")
    with pytest.raises(
        TrainError, match="holds no data of a known layout, found cifar-10-python.tar.gz. A folder needs"
    ):
        load(tmp_path)
    with pytest.raises(TrainError, match="no data_batch_1 in .*. Unpack cifar-10-python.tar.gz"):
        load(tmp_path, "cifar10")
    with pytest.raises(TrainError, match="no train_32x32.mat in"):
        load(tmp_path, "svhn")
    with pytest.raises(TrainError, match="no train/ in"):
        load(tmp_path, "image_folder")


def test_a_folder_with_two_layouts_asks_which(tmp_path):
    write_images(tmp_path)
    (tmp_path / "train.txt").write_text("notes on the images")
    with pytest.raises(TrainError, match="may be image_folder or tokens. Say which: `source: image_folder`"):
        load(tmp_path)
    assert load(tmp_path, "image_folder").classes == 3


@pytest.mark.parametrize("source", ["cifar10", "cifar100", "svhn", "image_folder", "parquet", "tokens", None])
def test_a_folder_that_is_not_there_is_named(tmp_path, source):
    with pytest.raises(TrainError, match="no data at '.*nowhere'"):
        load(tmp_path / "nowhere", source)


@pytest.mark.parametrize("source", ["cifar10", "svhn", "image_folder", "parquet"])
def test_a_file_in_place_of_a_folder_is_named(tmp_path, source):
    (tmp_path / "file").write_bytes(io.BytesIO().getvalue())
    with pytest.raises(TrainError, match="file' is a file. Give the folder that it lies in"):
        load(tmp_path / "file", source)


@pytest.mark.parametrize("source", ["cifar10", "svhn", "image_folder", "parquet", "tokens", None])
def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch, source):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", refused)
    with pytest.raises(TrainError, match="cannot be read: Permission denied. Check its name and permissions"):
        load(tmp_path, source)


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    folder = write_binary(tmp_path / "x")
    opened = type(tmp_path).open

    def refused(self, *arguments, **options):
        if self.name == "data_batch_4.bin":
            raise PermissionError(13, "Permission denied")
        return opened(self, *arguments, **options)

    monkeypatch.setattr(type(tmp_path), "open", refused)
    with pytest.raises(TrainError, match="data_batch_4.bin' cannot be read: Permission denied"):
        load(folder, "cifar10")
