"""Datasets of the hub, through the real library where it is installed and through a stand-in where it is not."""

import importlib.util
import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from fractalgen.errors import MissingDependencyError, TrainError
from fractalgen.spec.data import Data
from fractalgen.training import load_data


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))


def picture(value, size=6):
    buffer = io.BytesIO()
    Image.fromarray(np.full((size, size, 3), value, np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()


class Feature:
    """Stands in for datasets.Image."""

    def __init__(self, decode=True):
        self.decode = decode


class Split:
    """Stands in for datasets.Dataset: columns, features, rows and nothing else."""

    def __init__(self, columns, decode=True, files=()):
        self.columns = columns
        self.decode = decode
        self.cache_files = [{"filename": str(file)} for file in files]

    @property
    def column_names(self):
        return list(self.columns)

    @property
    def features(self):
        return {name: Feature(self.decode) if name in ("img", "image") else object() for name in self.columns}

    def cast_column(self, name, feature):
        return Split(self.columns, feature.decode, [item["filename"] for item in self.cache_files])

    def select_columns(self, names):
        return Split({name: self.columns[name] for name in names}, self.decode)

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __getitem__(self, row):
        assert not self.decode, "images must stay encoded"
        return {name: values[row] for name, values in self.columns.items()}

    def __iter__(self):
        return (self[row] for row in range(len(self)))


def columns(count, label="label", **more):
    images = [{"bytes": picture(10 * index), "path": None} for index in range(count)]
    return {"img": images, label: [index % 2 for index in range(count)], **more}


@pytest.fixture
def hub(monkeypatch):
    """Lets a test say what the hub has, and tells what was asked of it."""
    asked = []

    def serve(splits):
        def load_dataset(*arguments, **options):
            asked.append((arguments, options))
            if isinstance(splits, Exception):
                raise splits
            return splits

        monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset, Image=Feature))
        return asked

    return serve


def load(**more):
    return load_data(Data(source="hub", name="us/pictures", **more))


def test_a_dataset_is_read_by_its_name(hub):
    asked = hub({"train": Split(columns(10)), "validation": Split(columns(6)), "test": Split(columns(4))})
    data = load(config="plain", revision="v1")
    assert (len(data.train), len(data.validation), len(data.final_test())) == (8, 2, 4)
    assert asked == [(("us/pictures", "plain"), {"revision": "v1"})]


def test_a_split_called_validation_is_tested_where_there_is_no_test(hub):
    hub({"train": Split(columns(10)), "validation": Split(columns(6))})
    assert len(load().final_test()) == 6


def test_other_columns_can_be_named_and_images_scaled(hub):
    more = {"coarse": [0, 1, 2, 3, 4] * 2}
    hub({"train": Split(columns(10, **more)), "test": Split(columns(10, **more))})
    assert load(label_column="coarse", size=(3, 4)).train.shape == (3, 3, 4)
    assert load(label_column="coarse").classes == 5


def test_images_in_files_of_the_library_are_read(hub, tmp_path):
    (tmp_path / "0.png").write_bytes(picture(50))
    rows = [{"bytes": None, "path": str(tmp_path / "0.png")}] * 4
    hub({"train": Split({"image": rows, "label": [0, 1, 0, 1]}), "test": Split(columns(2, "label"))})
    assert bool((load().train.images == 50).all())


def test_the_digest_follows_the_content(hub, tmp_path):
    hub({"train": Split(columns(10)), "test": Split(columns(4))})
    first = load().digest
    assert load().digest == first
    hub({"train": Split(columns(10)), "test": Split(columns(3))})
    assert load().digest != first
    (tmp_path / "train.arrow").write_bytes(b"one")
    hub({"train": Split(columns(10), files=[tmp_path / "train.arrow"]), "test": Split(columns(4))})
    with_file = load().digest
    (tmp_path / "train.arrow").write_bytes(b"two")
    assert load().digest != with_file


def test_the_digest_follows_images_that_lie_beside_the_files_of_the_library(hub, tmp_path):
    (tmp_path / "train.arrow").write_bytes(b"names alone")
    rows = {"img": [{"bytes": None, "path": str(tmp_path / "0.png")}] * 4, "label": [0, 1, 0, 1]}
    hub({"train": Split(rows, files=[tmp_path / "train.arrow"]), "test": Split(columns(4))})
    digests = set()
    for value in (50, 60):
        (tmp_path / "0.png").write_bytes(picture(value))
        digests.add(load().digest)
    assert len(digests) == 2


def test_loading_reads_no_test_label(hub):
    labels = [None, None]
    (splits := {"train": Split(columns(10))})["test"] = Split({**columns(2), "label": labels})
    splits["test"].cache_files = [{"filename": __file__}]
    hub(splits)
    data = load()
    with pytest.raises(TrainError, match="the label of row 0 of the test images of the dataset 'us/pictures' is None"):
        data.final_test()


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        (
            ConnectionError("no network\nat all."),
            "the dataset 'us/pictures' cannot be loaded: no network. Check its name",
        ),
        (ValueError(), "the dataset 'us/pictures' cannot be loaded: ValueError"),
        ({"train": Split(columns(10))}, "the dataset 'us/pictures' has no test images, found train"),
        ({"train": Split(columns(10)), "test": Split(columns(0))}, "the dataset 'us/pictures' has no test images"),
        ({"train": Split(columns(0)), "test": Split(columns(4))}, "the dataset 'us/pictures' has no train images"),
        (
            {"train": Split(columns(10, "class")), "test": Split(columns(4, "class"))},
            "the dataset 'us/pictures' has no column 'label' or 'fine_label' or 'labels', found img, class. Name it in",
        ),
        (
            {"train": Split({"img": [{"bytes": b"x"}] * 4, "label": [0, 1] * 2}), "test": Split(columns(4))},
            "row 0 of the train images of the dataset 'us/pictures' cannot be decoded as an image",
        ),
        (
            {"train": Split({"img": ["text"] * 4, "label": [0, 1] * 2}), "test": Split(columns(4))},
            "row 0 of the train images of the dataset 'us/pictures' holds no encoded image",
        ),
        (
            {"train": Split({"img": [{"path": "/gone.png"}] * 4, "label": [0] * 4}), "test": Split(columns(4))},
            "'/gone.png' cannot be read: No such file",
        ),
    ],
)
def test_a_dataset_that_is_wrong_is_named(hub, splits, message):
    hub(splits)
    with pytest.raises(TrainError, match=message):
        load()


def test_without_the_library_the_line_that_installs_it_is_shown(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingDependencyError, match=r"datasets is not installed. .*pip install 'fractalgen\[hub\]'"):
        load()


@pytest.mark.skipif(importlib.util.find_spec("datasets") is None, reason="datasets, the extra `hub`, is not installed")
@pytest.mark.filterwarnings("default")
def test_the_real_library_reads_a_local_dataset(tmp_path, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hf")
    for part, count in (("train", 10), ("test", 4)):
        for index in range(count):
            folder = tmp_path / "pictures" / part / ("cat", "dog")[index % 2]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{index}.png").write_bytes(picture(10 * index))
    data = load_data(Data(source="hub", name=str(tmp_path / "pictures")))
    assert (len(data.train), len(data.validation), data.classes) == (8, 2, 2)
    test = data.final_test()
    assert sorted(test.images[:, 0, 0, 0].tolist()) == [0, 10, 20, 30]
    assert torch.equal(test.labels, (test.images[:, 0, 0, 0] // 10 % 2).long())
    assert load_data(Data(source="hub", name=str(tmp_path / "pictures"))).digest == data.digest
    (tmp_path / "pictures" / "train" / "cat" / "0.png").write_bytes(picture(99))
    assert load_data(Data(source="hub", name=str(tmp_path / "pictures"))).digest != data.digest
