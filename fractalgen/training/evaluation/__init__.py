"""The evaluation of a trained network: every column, what it costs, how sure it is, what it mistakes for what."""

from fractalgen.training.evaluation.anytime import AnytimePoint
from fractalgen.training.evaluation.saved import Evaluation, EvaluationOptions, evaluate_saved
from fractalgen.training.evaluation.sections import SectionScore

__all__ = ["AnytimePoint", "Evaluation", "EvaluationOptions", "SectionScore", "evaluate_saved"]
