"""Figures of a run, sent to where people watch them."""

import struct
import sys
import types

import pytest

from fractalgen.errors import MissingDependencyError, TrainError, UnknownNameError
from fractalgen.spec import load_text
from fractalgen.training import RunOptions, run_training
from fractalgen.training.loggers import LOGGERS

SPEC = """
name: flat
network: {input: [1, 8, 8], body: {sequence: [flatten, {linear: {out: 10}}]}}
train: {epochs: 2, batch: 256}
data: {source: digits}
"""


def scalars(folder):
    """Return (name, step) of what an event file holds: records of a length, its checksum, the event, its checksum."""
    from tensorboardX.proto.event_pb2 import Event

    found = {}
    for file in folder.iterdir():
        content, at = file.read_bytes(), 0
        while at < len(content):
            (length,) = struct.unpack("<Q", content[at : at + 8])
            event = Event.FromString(content[at + 12 : at + 12 + length])
            found |= {(value.tag, event.step): value.simple_value for value in event.summary.value}
            at += 16 + length
    return found


def test_tensorboard_gets_every_figure_of_every_epoch(tmp_path):
    run = run_training(load_text(SPEC), RunOptions(tmp_path, log=("tensorboard",)))
    found = scalars(tmp_path / "tensorboard")
    last = run.score.epochs[-1]
    assert found["val_accuracy", 2] == pytest.approx(last.val_accuracy)
    assert found["train_loss", 1] == pytest.approx(run.score.epochs[0].train_loss)
    assert {name for name, _ in found} >= {"lr", "images_per_second", "drop_path_rate", "seconds", "test_loss"}
    assert found["test_accuracy", 2] == pytest.approx(run.test.accuracy)


@pytest.fixture
def mlflow(monkeypatch):
    """MLflow's four functions, with a list of what was called."""
    called = []
    module = types.ModuleType("mlflow")

    def start_run(run_id=None, run_name=None):
        called.append(("start", run_id, run_name))
        return types.SimpleNamespace(info=types.SimpleNamespace(run_id=run_id or "abc"))

    module.start_run = start_run
    module.log_metrics = lambda figures, step, run_id: called.append(("log", sorted(figures), step, run_id))
    module.end_run = lambda: called.append(("end",))
    monkeypatch.setitem(sys.modules, "mlflow", module)
    return called


def test_mlflow_gets_one_run_that_goes_on_with_the_folder(tmp_path, mlflow):
    spec = load_text(SPEC)
    run_training(spec, RunOptions(tmp_path, log=("mlflow",), on_epoch=lambda record: record.epoch == 1))
    run_training(spec, RunOptions(tmp_path, log=("mlflow",)))
    assert [call for call in mlflow if call[0] == "start"] == [("start", None, "flat"), ("start", "abc", None)]
    logged = [call[2] for call in mlflow if call[0] == "log" and "val_accuracy" in call[1]]
    assert logged == [1, 2]
    assert mlflow[-1] == ("end",)


@pytest.mark.parametrize(("name", "module"), [("tensorboard", "tensorboardX"), ("mlflow", "mlflow")])
def test_a_logger_whose_package_is_missing_says_how_to_install_it(tmp_path, monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match=rf"needs the package '{module}'. .* 'fractalgen\[{name}\]'"):
        run_training(load_text(SPEC), RunOptions(tmp_path / "run", log=(name,)))
    assert not (tmp_path / "run").exists()


def test_a_logger_that_nobody_knows_is_named(tmp_path):
    with pytest.raises(UnknownNameError, match="unknown logger 'tensorbord'. Did you mean 'tensorboard'"):
        run_training(load_text(SPEC), RunOptions(tmp_path, log=("tensorbord",)))


@pytest.mark.parametrize("name", list(LOGGERS))
def test_a_logger_that_gets_nothing_leaves_nothing(tmp_path, mlflow, name):
    LOGGERS.get(name)(tmp_path, "flat").close()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_refused_leaves_no_log(tmp_path):
    spec = load_text(SPEC.replace("[1, 8, 8]", "[1, 9, 9]"))
    with pytest.raises(TrainError, match="cannot take"):
        run_training(spec, RunOptions(tmp_path / "run", log=("tensorboard",)))
    assert not (tmp_path / "run").exists()
