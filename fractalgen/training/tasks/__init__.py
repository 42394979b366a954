"""Tasks: what a network is trained for. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.spec.train import Train
from fractalgen.training.tasks._base import Measure, Task
from fractalgen.training.tasks.classification import Classification

TASKS: Registry[type[Task]] = Registry(
    "task",
    {
        "classification": "fractalgen.training.tasks.classification:Classification",
        "reconstruction": "fractalgen.training.tasks.reconstruction:Reconstruction",
        "segmentation": "fractalgen.training.tasks.segmentation:Segmentation",
    },
)


def task_of(recipe: Train) -> Task:
    """Return the task of a recipe."""
    return TASKS.get(recipe.task.name)(recipe)


__all__ = ["TASKS", "Classification", "Measure", "Task", "task_of"]
