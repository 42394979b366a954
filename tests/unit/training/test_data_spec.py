"""What a spec and a command line may say about data."""

import subprocess
import sys

import numpy as np
import pytest

from fractalgen.errors import ParameterError, TrainError
from fractalgen.spec import load_text
from fractalgen.spec.data import Data, resolve_data
from fractalgen.training import RunOptions, load_data, run_training

SPEC = """
network: {input: [3, 8, 8], body: {sequence: [flatten, {linear: {out: 10}}]}}
train: {epochs: 1}
"""


def data_of(line):
    return load_text(SPEC + line).data


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("data: digits", Data(source="digits")),
        ("data: synthetic", Data(source="synthetic")),
        ("data: {source: descriptions, length: 32}", Data(source="descriptions", length=32)),
        ("data: pictures/mine", Data(path="pictures/mine")),
        ("data: 'svhn:pictures'", Data(source="svhn", path="pictures")),
        ("data: 'hub:uoft-cs/cifar10'", Data(source="hub", name="uoft-cs/cifar10")),
        ("data: 'C:pictures'", Data(path="C:pictures")),
        ("data: {path: pictures, seed: 3}", Data(path="pictures", seed=3)),
        (
            "data: {source: image_folder, path: x, size: [32, 24], classes: 3, mean: [0.5, 0.5, 0.5], std: [1, 1, 1]}",
            Data(source="image_folder", path="x", size=(32, 24), classes=3, mean=(0.5,) * 3, std=(1.0,) * 3),
        ),
        (
            "data: {source: tokens, path: x, length: 32, dtype: uint8}",
            Data(source="tokens", path="x", length=32, dtype="uint8"),
        ),
        (
            "data: {source: synthetic, count: 40, shape: [1, 4, 4], noise: 0}",
            Data(source="synthetic", count=40, shape=(1, 4, 4), noise=0),
        ),
    ],
)
def test_a_spec_names_data_by_a_text_or_a_mapping(line, expected):
    found = data_of(line)
    assert found == expected
    assert hash(found) == hash(expected)
    assert load_text(load_text(SPEC).with_section("data", found).to_yaml()).data == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("data: {seed: 3}", "data: the data need a `source` or a `path`"),
        ("data: {source: svhn}", "data: svhn needs a `path`"),
        ("data: {source: hub}", "data: hub needs a `name`, such as uoft-cs/cifar10"),
        (
            "data: {source: digits, path: x}",
            "data: digits takes no `path`; it belongs to cifar10, cifar100, image_folder",
        ),
        ("data: {source: digits, length: 3}", "data: digits takes no `length`; it belongs to descriptions and tokens"),
        ("data: {source: tokens, path: x, mean: [0.1]}", "data: tokens takes no `mean`"),
        ("data: {source: digits, mean: [125.3]}", r"data.mean.*: must be at most 1, found 125.3"),
        ("data: {source: digits, std: [0]}", "data.std.*: must be above 0, found 0"),
        ("data: {source: digits, classes: 1}", "data.classes: must be at least 2, found 1"),
        ("data: {source: parquet, path: x, size: [3]}", "data.size"),
        ("data: {source: imagefolder, path: x}", "data.source: .*found 'imagefolder'. Did you mean 'image_folder'"),
        ("data: 'digits:x'", "data: digits takes no `path`"),
        ("data: 'descriptions:x'", "data: descriptions takes no `path`"),
        ("data: {source: descriptions, dtype: uint8}", "data: descriptions takes no `dtype`; it belongs to tokens"),
        ("data: {source: descriptions, mean: [0.1]}", "data: descriptions takes no `mean`"),
        ("data: 'hub:'", "data: hub needs a `name`, such as uoft-cs/cifar10"),
        ("data: 3", "data: must be a mapping"),
    ],
)
def test_data_that_mean_nothing_are_refused_with_their_place(line, message):
    with pytest.raises(ParameterError, match=message):
        data_of(line)


def test_names_on_the_command_line_are_those_of_a_spec(tmp_path):
    assert resolve_data("synthetic") == Data(source="synthetic")
    assert resolve_data(f"tokens:{tmp_path}") == Data(source="tokens", path=str(tmp_path))
    assert resolve_data("hub:mnist") == Data(source="hub", name="mnist")
    assert resolve_data(str(tmp_path)) == Data(path=str(tmp_path))
    with pytest.raises(TrainError, match="no data at 'cifar10'. Say where cifar10 lies: cifar10:FOLDER"):
        resolve_data("cifar10")
    with pytest.raises(TrainError, match="--data 'digits:x': digits takes no `path`"):
        resolve_data("digits:x")
    with pytest.raises(TrainError, match="--data 'hub:': hub needs a `name`, such as uoft-cs/cifar10"):
        resolve_data("hub:")
    with pytest.raises(TrainError, match="--data 'svhn:': svhn needs a `path`"):
        resolve_data("svhn:")
    with pytest.raises(TrainError, match="no data at 'svhn:nowhere'"):
        resolve_data("svhn:nowhere")


def test_options_that_do_not_fit_what_a_folder_holds_are_named(tmp_path):
    (tmp_path / "train.txt").write_text("x" * 999)
    (tmp_path / "test.txt").write_text("x" * 999)
    with pytest.raises(TrainError, match="holds data of the source tokens: tokens takes no `size`; it belongs to"):
        load_data(Data(path=str(tmp_path), size=(3, 3)))


def test_a_misspelt_name_in_a_spec_is_found_when_data_are_loaded():
    with pytest.raises(TrainError, match="no data at .*digitz'. Did you mean 'digits'"):
        load_data(data_of("data: digitz"))


def test_a_run_folder_survives_data_that_went_bad(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    records = np.random.RandomState(0).randint(0, 256, (40, 3073)).astype(np.uint8)
    records[:, 0] = np.arange(40) % 10
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
    for name in names:
        (data / name).write_bytes(records.tobytes())
    spec = load_text(
        "network: {input: [3, 32, 32], body: {sequence: [flatten, {linear: {out: 10}}]}}\ntrain: {epochs: 2, lr: 0.001}"
    )
    options = RunOptions(tmp_path / "run", data=resolve_data(str(data)))

    def stop(record):
        return True

    assert run_training(spec, RunOptions(options.out, options.data, on_epoch=stop)).score.stopped
    kept = {path.name: path.read_bytes() for path in options.out.iterdir()}
    (data / "data_batch_2.bin").write_bytes(records.tobytes()[:-1])
    with pytest.raises(TrainError, match="data_batch_2.bin' is cut off"):
        run_training(spec, options)
    assert {path.name: path.read_bytes() for path in options.out.iterdir()} == kept
    (data / "data_batch_2.bin").write_bytes(records.tobytes())
    assert len(run_training(spec, options).score.epochs) == 2


def test_checking_a_spec_with_data_imports_no_torch(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC + "data: {source: image_folder, path: x}")
    code = f"import sys; from fractalgen.passes.check import check_file; assert check_file({str(tmp_path / 'spec.yaml')!r}) == (); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_option_is_lost_on_a_run_that_goes_on(tmp_path):
    data = Data(source="synthetic", count=40, classes=2)
    spec = load_text(SPEC.replace("out: 10", "out: 2"))
    run_training(spec, RunOptions(tmp_path, data=data))
    with pytest.raises(TrainError, match="belongs to another data"):
        run_training(spec, RunOptions(tmp_path, data=data.model_copy(update={"mean": (0.5, 0.5, 0.5)})))
