"""Weight sharing: one store of weights is trained by the networks of a space in turn, and scores them all."""

from fractalgen.search.weight_sharing.alone import TrainAlone
from fractalgen.search.weight_sharing.evaluation import SharedEvaluation
from fractalgen.search.weight_sharing.shared import shared_evaluation, train_shared

__all__ = ["SharedEvaluation", "TrainAlone", "shared_evaluation", "train_shared"]
