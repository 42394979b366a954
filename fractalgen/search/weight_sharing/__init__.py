"""Weight sharing: one store of weights is trained by the networks of a space in turn, and scores them all."""

from fractalgen.search.weight_sharing.evaluation import SharedEvaluation

__all__ = ["SharedEvaluation"]
