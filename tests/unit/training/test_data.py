import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data, resolve_data
from fractalgen.training import load_data
from fractalgen.training.split import split

CIFAR = Path(__file__).parents[4] / "shared" / "data" / "cifar10"


def encoded(value, size=6, mode="RGB"):
    pixels = np.full((size, size, 3) if mode == "RGB" else (size, size), value, np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return {"bytes": buffer.getvalue(), "path": None}


def write_parquet(folder, part, images, labels, columns=("img", "label"), **options):
    table = pa.table({columns[0]: images, columns[1]: labels})
    pq.write_table(table, folder / f"{part}-00000-of-00001.parquet", **options)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "data"
    data.mkdir()
    write_parquet(data, "train", [encoded(10 * i) for i in range(20)], [i % 4 for i in range(20)])
    write_parquet(data, "test", [encoded(5)] * 4, [0, 1, 2, 3])
    return data


def parquet(folder, **more):
    return load_data(Data(source="parquet", path=str(folder), **more))


def test_digits_are_split_once_and_for_all_by_class():
    data = load_data(Data(source="digits"))
    test = data.final_test()
    assert (len(data.train), len(data.validation), len(test)) == (1222, 216, 359)
    assert data.classes == 10
    assert data.train.shape == (1, 8, 8)
    shares = torch.bincount(test.labels).double() / 359
    assert (shares - 0.1).abs().max() < 0.01


def test_no_image_is_on_two_sides():
    data = load_data(Data(source="digits"))
    sides = [data.train, data.validation, data.final_test()]
    prints = [{image.numpy().tobytes() for image in side.images} for side in sides]
    assert sum(map(len, prints)) == len(set().union(*prints)) == 1797


def test_the_seed_moves_the_validation_images_but_never_the_test_images():
    a, b = load_data(Data(source="digits", seed=1)), load_data(Data(source="digits", seed=2))
    assert not torch.equal(a.validation.images, b.validation.images)
    assert torch.equal(a.final_test().images, b.final_test().images)
    assert a.digest != b.digest
    assert a.digest == load_data(Data(source="digits", seed=1)).digest


def test_batches_are_normalised_by_the_training_images():
    data = load_data(Data(source="digits"))
    images, _ = data.train.batch(slice(None))
    assert abs(float(images.mean())) < 1e-4
    assert abs(float(images.std()) - 1) < 1e-3
    assert data.train.images.dtype == torch.uint8


def test_a_split_takes_its_fraction_of_each_class():
    labels = torch.tensor([0] * 40 + [1] * 20 + [2] * 2)
    kept, cut = split(labels, 0.25, seed=0)
    assert torch.bincount(labels[cut]).tolist() == [10, 5, 1]
    assert sorted([*kept.tolist(), *cut.tolist()]) == list(range(62))


def test_a_parquet_folder_is_read_and_kept_decoded(folder, monkeypatch):
    first = parquet(folder)
    assert (len(first.train), len(first.validation), len(first.final_test())) == (16, 4, 4)
    assert first.train.shape == (3, 6, 6)
    opened = []
    image_open = Image.open
    monkeypatch.setattr(Image, "open", lambda file: opened.append(file) or image_open(file))
    again = parquet(folder)
    assert torch.equal(first.train.images, again.train.images)
    assert len(opened) == 1, "the first test image, and no other"


def test_grey_images_and_other_column_names_are_read(folder):
    for part in ("train", "test"):
        images = [encoded(i, mode="L") for i in range(8)]
        write_parquet(folder, part, images, [i % 2 for i in range(8)], ("image", "fine_label"))
    assert parquet(folder).train.shape == (1, 6, 6)


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(folder, monkeypatch):
    (folder / "file").write_text("")
    monkeypatch.setenv("FRACTALGEN_CACHE", str(folder / "file" / "cache"))
    assert len(parquet(folder).train) == 16


def break_(folder, how):
    train = folder / "train-00000-of-00001.parquet"
    if how == "missing":
        train.unlink()
    elif how == "corrupt":
        train.write_bytes(train.read_bytes()[:200])
    elif how == "columns":
        write_parquet(folder, "train", [encoded(1)], [0], ("picture", "label"))
    elif how == "labels":
        write_parquet(folder, "train", [encoded(1)] * 4, [0, 1, -1, 0])
    elif how == "sizes":
        write_parquet(folder, "train", [encoded(1), encoded(1, 7)] * 4, [0, 1] * 4)
    elif how == "image":
        write_parquet(folder, "train", [{"bytes": b"nothing", "path": None}] * 4, [0, 1] * 2)
    elif how == "empty":
        write_parquet(folder, "train", pa.array([], pa.struct({"bytes": pa.binary()})), pa.array([], pa.int64()))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", r"no train-\*.parquet in"),
        ("corrupt", "is no parquet file that can be read"),
        ("columns", "has no column 'img' or 'image', found picture, label"),
        ("labels", "the label of row 2 of .*parquet' is -1"),
        ("sizes", "the images differ in size: row 0 of .* has 6x6 pixels, row 1 of .* has 7x7 pixels. Write `size:"),
        ("image", "row 0 of .*parquet' cannot be decoded as an image"),
        ("empty", "no images in"),
    ],
)
def test_a_folder_that_means_nothing_is_named(folder, how, message):
    break_(folder, how)
    with pytest.raises(TrainError, match=message):
        parquet(folder)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        ([encoded(1, 7)] * 2, [0, 1], "the test images are 3x7x7, the training images 3x6x6"),
        ([encoded(1)] * 2, [0, 9], "the test images have a label 9, the training images end at 3"),
        ([{"bytes": b"nothing", "path": None}] * 2, [0, 1], "row 0 of .*test-.* cannot be decoded"),
    ],
)
def test_test_images_that_do_not_fit_are_named_when_data_are_loaded(folder, images, labels, message):
    write_parquet(folder, "test", images, labels)
    with pytest.raises(TrainError, match=message):
        parquet(folder)


def test_a_test_file_that_is_cut_off_or_lacks_a_column_is_named_when_data_are_loaded(folder):
    test = folder / "test-00000-of-00001.parquet"
    test.write_bytes(test.read_bytes()[:200])
    with pytest.raises(TrainError, match=r"test-00000-of-00001.parquet' is no parquet file that can be read"):
        parquet(folder)
    write_parquet(folder, "test", [encoded(1)], [0], ("img", "class"))
    with pytest.raises(TrainError, match=r"test-.* has no column 'label' or .*, found img, class"):
        parquet(folder)


def test_grey_test_images_get_the_channels_of_the_training_images(folder):
    write_parquet(folder, "test", [encoded(1, mode="L")] * 2, [0, 1])
    assert parquet(folder).final_test().shape == (3, 6, 6)
    write_parquet(folder, "train", [encoded(i, mode="L") for i in range(8)], [i % 4 for i in range(8)])
    write_parquet(folder, "test", [encoded(1)] * 2, [0, 1])
    with pytest.raises(TrainError, match="the test images are 3x6x6, the training images 1x6x6"):
        parquet(folder)


def test_labels_that_only_the_rows_tell_are_checked_when_the_test_images_are_read(folder):
    write_parquet(folder, "test", [encoded(1)] * 2, [0, 9], write_statistics=False)
    data = parquet(folder)
    with pytest.raises(TrainError, match="the test images have a label 9"):
        data.final_test()


def test_no_test_label_is_read_before_the_end(folder, monkeypatch):
    read = []
    start, batches = pq.ParquetFile.__init__, pq.ParquetFile.iter_batches

    def opened(self, file, **options):
        self.part = file.name.partition("-")[0]
        start(self, file, **options)

    def watched(self, *arguments, columns, **options):
        read.append((self.part, *columns))
        return batches(self, *arguments, columns=columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "__init__", opened)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", watched)
    parquet(folder)
    assert set(read) == {("train", "img", "label"), ("test", "img")}


def test_a_word_or_a_folder_names_data(folder):
    assert resolve_data("digits").source == "digits"
    assert resolve_data(str(folder)).path == str(folder)
    with pytest.raises(TrainError, match="no data at 'digit'. Did you mean 'digits'"):
        resolve_data("digit")


@pytest.mark.slow
@pytest.mark.skipif(not CIFAR.exists(), reason="the shared copy of CIFAR-10 is not here")
def test_cifar10_is_read_from_its_parquet_files(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path))
    data = load_data(Data(path=str(CIFAR)))
    assert (len(data.train) + len(data.validation), data.classes) == (50_000, 10)
    assert data.train.shape == (3, 32, 32)
    assert torch.bincount(data.validation.labels).tolist() == [750] * 10
    assert (data.train.mean / 255).tolist() == pytest.approx([0.4914, 0.4822, 0.4465], abs=1e-3)
    assert torch.bincount(data.final_test().labels).tolist() == [1000] * 10
