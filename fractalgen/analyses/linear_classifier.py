"""A linear classifier on features."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fractalgen.errors import TrainError

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_STEPS = 1000


@dataclass(frozen=True)
class LinearScore:
    """How a linear classifier does.

    Attributes:
        train_error: Share of the training samples that is wrong.
        error: Share of the validation samples that is wrong.
        converged: Whether it is at the optimum.
    """

    train_error: float
    error: float
    converged: bool


def linear_classifier(train: tuple[Array, Array], validation: tuple[Array, Array], penalty: float) -> LinearScore:
    """Train a linear classifier, and score it on validation samples.

    Multinomial logistic regression, min over W, b of sum_i -log softmax(W x_i + b)[y_i] + penalty / 2 |W|^2, on
    features of mean 0 and variance 1. The problem is convex, so that the figure is a property of the features, and of
    no learning rate, seed or order.

    Args:
        train: Features, `(samples, features)`, and classes, `(samples,)`.
        validation: The same.
        penalty: Of the squared weights.

    Raises:
        TrainError: the training samples are of one class.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    features, classes = train
    if len(set(classes.tolist())) < 2:
        raise TrainError(f"{len(classes)} training samples are of one class", "Give more samples.")
    scaler = StandardScaler().fit(features.astype("float64"))
    model = LogisticRegression(C=1 / penalty, max_iter=MOST_STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(scaler.transform(features.astype("float64")), classes)
    errors = [1 - float(model.score(scaler.transform(x.astype("float64")), y)) for x, y in (train, validation)]
    return LinearScore(errors[0], errors[1], bool(max(model.n_iter_) < MOST_STEPS))
