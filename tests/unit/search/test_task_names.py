"""A search names what the task of its recipe measures, and nothing that scores classifiers alone."""

import pytest

from fractalgen.search.check_names import check_names
from fractalgen.spec import load_text

SPEC = """
network: {input: [1, 8, 8], body: {conv: {out: {choice: [2, 3]}}}}
train: {task: TASK}
search: {objectives: [{metric: METRIC}]MORE}
"""


def problems(task, metric, more=""):
    text = SPEC.replace("TASK", task).replace("METRIC", metric).replace("MORE", more)
    return [error.message for error in check_names(load_text(text))]


@pytest.mark.parametrize(("task", "metric"), [("segmentation", "val_dice"), ("reconstruction", "val_psnr")])
def test_what_a_task_measures_is_an_objective_of_its_own_alone(task, metric):
    assert problems(task, metric) == []
    assert problems("classification", metric) == [f"no run reports '{metric}'"]


def test_proxies_and_shared_weights_are_for_classifiers():
    assert problems("segmentation", "val_accuracy", ", filter: {grad_norm: {}}") == [
        "filter scores classifiers, and the task is segmentation"
    ]
    assert problems("reconstruction", "grad_norm") == ["grad_norm scores classifiers, and the task is reconstruction"]
    assert "weight_sharing scores classifiers, and the task is segmentation" in problems(
        "segmentation", "val_accuracy", ", weight_sharing: {}"
    )
    assert problems("classification", "val_accuracy", ", weight_sharing: {}") == []
    assert problems("classification", "grad_norm") == []


def test_all_that_scores_classifiers_is_told_in_one_order():
    more = ", filter: {snip: {}}, weight_sharing: {}"
    found = [error for error in problems("segmentation", "synflow", more) if "scores classifiers" in error]
    assert [error.partition(" ")[0] for error in found] == ["filter", "weight_sharing", "synflow"]
