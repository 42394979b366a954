"""The epochs of a run: train, validate, keep."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, replace
from functools import partial

from fractalgen.errors import DivergedError
from fractalgen.training import checkpoint
from fractalgen.training.attention_drop import attention_drop_rate
from fractalgen.training.drop_path import HasDropPath
from fractalgen.training.evaluate import evaluate
from fractalgen.training.options import FitOptions
from fractalgen.training.parallel import from_first, rank
from fractalgen.training.progress import Watch
from fractalgen.training.samples import Samples
from fractalgen.training.score import Accuracy, Epoch, Score, read_score
from fractalgen.training.steps import Steps

PROBE_IMAGES = 4
"""Enough to see whether gradients and noise are where they should be."""


@dataclass
class Loop:
    """Runs the epochs that are left, and can be gone on with after any of its checkpoints.

    Attributes:
        steps: What runs in an epoch.
        validation: What scores it.
        options: Who watches, and where checkpoints go.
        owner: Whose checkpoints they are.
        score: What is known so far.
        spent: Seconds that the epoch which was interrupted had taken.
        saved: Where the last checkpoint stands; empty when there is none.
    """

    steps: Steps
    validation: Samples
    options: FitOptions
    owner: checkpoint.Owner
    score: Score
    spent: float = 0.0
    saved: str = ""

    def load_state(self, state: checkpoint.State) -> None:
        """Go on from a checkpoint."""
        self.steps.load_state(state["steps"])
        self.score = read_score(state["score"])
        self.spent, self.saved = state["spent"], state["place"]

    def run(self) -> Score:
        """Run until the last epoch, or until it is stopped.

        Raises:
            DivergedError: a loss became NaN or infinite; says which checkpoint is there.
        """
        self._watch = Watch(self.steps, self.options.on_step if rank() == 0 else None)
        self._saved_at = time.perf_counter()
        if self.options.replay and any(from_first(partial(self._stops, record)) for record in self.score.epochs):
            return self.score
        epochs = self.steps.recipe.epochs
        for number in range(len(self.score.epochs) + 1, epochs + 1):
            try:
                record = self._epoch(number)
            except DivergedError as error:
                raise DivergedError(error.message, f"{error.hint} {self._last_good()}".strip()) from None
            guards = self.score.guards
            if number == 1:
                guards = replace(guards, unreached=self.steps.unreached(PROBE_IMAGES))
            self.score = Score((*self.score.epochs, record), guards, stopped=number < epochs)
            self.spent = 0.0
            self._save(f"epoch {number}")
            if from_first(partial(self._stops, record)):
                break
        return self.score

    def _epoch(self, number: int) -> Epoch:
        self._number, self._began = number, time.perf_counter()
        self._watch.start()
        train_loss = self.steps.epoch(number, self._after_step)
        training = self.spent + time.perf_counter() - self._began
        with self.steps.averaged():
            found = from_first(lambda: evaluate(self.steps.network, self.validation, task=self.steps.task))
        self._check(found, number)
        return Epoch(
            epoch=number,
            train_loss=train_loss,
            val_accuracy=found.accuracy,
            val_loss=found.loss,
            seconds=self.spent + time.perf_counter() - self._began,
            lr=self.steps.lr,
            images_per_second=self.steps.per_epoch * self.steps.batch / training,
            drop_path_rate=self.steps.network.drop_path_rate if isinstance(self.steps.network, HasDropPath) else 0.0,
            attention_drop_rate=attention_drop_rate(self.steps.network),
            figures={f"val_{name}": value for name, value in found.figures.items()},
        )

    def _check(self, found: Accuracy, number: int) -> None:
        if not math.isfinite(found.loss):
            hint = f"Lower lr, found {self.steps.recipe.lr:g}, or set grad_clip."
            raise DivergedError(f"the validation loss became {found.loss} after epoch {number}", hint)

    def _stops(self, record: Epoch) -> bool:
        return self.options.on_epoch is not None and self.options.on_epoch(record) is True

    def _after_step(self) -> None:
        now = time.perf_counter()
        self._watch.after_step(self._number, now)
        if now - self._saved_at < self.options.checkpoint_seconds or self.steps.done == self.steps.per_epoch:
            return
        self.steps.check(self._number)
        # The loss is that of the weights before the step.
        if self.steps.is_sound():
            before, self.spent = self.spent, self.spent + now - self._began
            self._save(f"epoch {self._number}, step {self.steps.done}")
            self.spent = before

    def _save(self, place: str) -> None:
        self._saved_at = time.perf_counter()
        if self.options.out is None or rank() > 0:
            return
        state = {"steps": self.steps.state(), "score": asdict(self.score), "spent": self.spent, "place": place}
        checkpoint.save(self.options.out, self.owner, state)
        self.saved = place

    def _last_good(self) -> str:
        if self.options.out is None:
            return ""
        return f"The last checkpoint is of {self.saved}." if self.saved else "There is no checkpoint yet."
