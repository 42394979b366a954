"""What a spec may name is what the tables hold, and the test images stay shut."""

from typing import get_args

import pytest
from torch import nn

from fractalgen.spec.augment import Augment
from fractalgen.spec.data import Data, SourceName
from fractalgen.spec.schedule import Schedule
from fractalgen.spec.train import OptimizerName, Train
from fractalgen.training import FitOptions, fit, load_data
from fractalgen.training.augmentations import AUGMENTATIONS
from fractalgen.training.optimizers import OPTIMIZERS
from fractalgen.training.schedules import SCHEDULES
from fractalgen.training.sources import SOURCES
from fractalgen.training.sources.digits import Digits


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (Augment, AUGMENTATIONS),
        (OptimizerName, OPTIMIZERS),
        (Schedule, SCHEDULES),
        (SourceName, SOURCES),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_spec_can_name_everything_in_a_table_and_nothing_else(names, table):
    known = get_args(names) or names.model_fields
    assert sorted(known) == list(table)
    assert all(callable(table.get(name)) for name in table)


def test_loading_and_training_never_read_the_test_images(monkeypatch, tmp_path):
    def opened(_):
        raise AssertionError("the test images were read")

    monkeypatch.setattr(Digits, "test", opened)
    data = load_data(Data(source="digits"))
    score = fit(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), Train(epochs=1), data, FitOptions(out=tmp_path))
    assert len(score.epochs) == 1
    with pytest.raises(AssertionError, match="the test images were read"):
        data.final_test()
