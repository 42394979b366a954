"""Module -> Score.

`fit` trains any module on a `Dataset` by a recipe; `run_training` makes a whole run of a spec, which ends with the one
evaluation on the test images.
"""

from fractalgen.spec.data import resolve_data
from fractalgen.training.dataset import Dataset, load_data
from fractalgen.training.evaluate import ColumnScore, evaluate, evaluate_columns
from fractalgen.training.evaluation import Evaluation, EvaluationOptions, SectionScore, evaluate_saved
from fractalgen.training.fit import FitOptions, fit
from fractalgen.training.latency import Latency, latency
from fractalgen.training.parallel import is_first
from fractalgen.training.progress import Progress
from fractalgen.training.run import Run, RunOptions, run_training
from fractalgen.training.samples import Images, Masks, Samples, Tokens
from fractalgen.training.score import Accuracy, Epoch, Guards, Repeats, Score
from fractalgen.training.tasks import Task, task_of

__all__ = [
    "Accuracy",
    "ColumnScore",
    "Dataset",
    "Epoch",
    "Evaluation",
    "EvaluationOptions",
    "FitOptions",
    "Guards",
    "Images",
    "Latency",
    "Masks",
    "Progress",
    "Repeats",
    "Run",
    "RunOptions",
    "Samples",
    "Score",
    "SectionScore",
    "Task",
    "Tokens",
    "evaluate",
    "evaluate_columns",
    "evaluate_saved",
    "fit",
    "is_first",
    "latency",
    "load_data",
    "resolve_data",
    "run_training",
    "task_of",
]
