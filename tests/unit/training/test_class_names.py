"""What classes are called, where the data say so."""

import io
import json
import pickle

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from fractalgen.spec.data import Data
from fractalgen.training import load_data
from fractalgen.training.sources import SOURCES


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))


def source(name, **more):
    return SOURCES.get(name)(Data(source=name, **more))


def encoded(value):
    buffer = io.BytesIO()
    Image.fromarray(np.full((4, 4, 3), value, np.uint8)).save(buffer, format="PNG")
    return {"bytes": buffer.getvalue(), "path": None}


def write_parquet(folder, noted):
    images, labels = [encoded(10 * index) for index in range(8)], [index % 2 for index in range(8)]
    table = pa.table({"img": images, "label": labels})
    for part in ("train", "test"):
        parquet.write_table(table.replace_schema_metadata(noted), folder / f"{part}-0.parquet")
    return load_data(Data(path=str(folder)))


def test_sources_that_are_always_the_same_know_their_classes(tmp_path):
    assert load_data(Data(source="digits")).class_names() == tuple("0123456789")
    assert source("svhn", path=str(tmp_path)).class_names() == tuple("0123456789")
    names = source("cifar10", path=str(tmp_path)).class_names()
    assert (len(names), names[0], names[9]) == (10, "airplane", "truck")


def test_made_up_images_have_no_names():
    assert load_data(Data(source="synthetic", count=40)).class_names() is None


def test_cifar100_has_the_fine_names_of_either_version(tmp_path):
    assert source("cifar100", path=str(tmp_path)).class_names() is None
    (tmp_path / "fine_label_names.txt").write_text("apple\nbaby\n")
    assert source("cifar100", path=str(tmp_path)).class_names() == ["apple", "baby"]
    (tmp_path / "meta").write_bytes(pickle.dumps({b"fine_label_names": [b"aster", b"bee"]}, protocol=2))
    assert source("cifar100", path=str(tmp_path)).class_names() == ("aster", "bee")
    (tmp_path / "meta").write_bytes(pickle.dumps({b"fine_label_names": 3}, protocol=2))
    assert source("cifar100", path=str(tmp_path)).class_names() is None


def test_folders_are_the_names_of_image_folders(tmp_path):
    for name in ("owl", "cat"):
        (tmp_path / "train" / name).mkdir(parents=True)
    assert source("image_folder", path=str(tmp_path)).class_names() == ["cat", "owl"]


def test_parquet_files_of_the_hub_note_their_names(tmp_path):
    noted = {"info": {"features": {"label": {"names": ["cat", "owl"], "_type": "ClassLabel"}}}}
    assert write_parquet(tmp_path, {"huggingface": json.dumps(noted)}).class_names() == ("cat", "owl")


@pytest.mark.parametrize(
    "noted",
    [None, {"huggingface": "{"}, {"huggingface": "[]"}, {"huggingface": '{"info": {"features": {"label": {}}}}'}],
)
def test_parquet_files_that_note_nothing_have_no_names(tmp_path, noted):
    assert write_parquet(tmp_path, noted).class_names() is None


def test_names_of_other_classes_than_there_are_are_not_used(tmp_path):
    noted = {"info": {"features": {"label": {"names": ["cat", "owl", "emu"]}}}}
    assert write_parquet(tmp_path, {"huggingface": json.dumps(noted)}).class_names() is None
