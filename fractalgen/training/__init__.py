"""Module -> Score.

`fit` trains any module on a `Dataset` by a recipe; `run_training` makes a whole run of a spec, which ends with the one
evaluation on the test images.
"""

from fractalgen.spec.data import resolve_data
from fractalgen.training.dataset import Dataset, load_data
from fractalgen.training.evaluate import Accuracy, ColumnScore, evaluate, evaluate_columns, latency_ms
from fractalgen.training.fit import FitOptions, fit
from fractalgen.training.parallel import is_first
from fractalgen.training.progress import Progress
from fractalgen.training.run import Evaluation, Run, RunOptions, evaluate_saved, run_training
from fractalgen.training.samples import Images, Samples, Tokens
from fractalgen.training.score import Epoch, Guards, Score

__all__ = [
    "Accuracy",
    "ColumnScore",
    "Dataset",
    "Epoch",
    "Evaluation",
    "FitOptions",
    "Guards",
    "Images",
    "Progress",
    "Run",
    "RunOptions",
    "Samples",
    "Score",
    "Tokens",
    "evaluate",
    "evaluate_columns",
    "evaluate_saved",
    "fit",
    "is_first",
    "latency_ms",
    "load_data",
    "resolve_data",
    "run_training",
]
