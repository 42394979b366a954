"""What training a network says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_SHARE = 0.01
"""Published data sets have a few repeated samples; a copied folder has many."""


@dataclass(frozen=True)
class Accuracy:
    """How well a network does its task.

    Attributes:
        accuracy: Share of the images, tokens or pixels that are right, 0 to 1; of a reconstruction, the share of the
            variance that is reproduced.
        loss: Mean loss: cross-entropy, or that of the task.
        figures: What else the task measures: `psnr` in decibels of a reconstruction, `dice` of a segmentation.
    """

    accuracy: float
    loss: float
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Epoch:
    """One pass over the training images.

    Attributes:
        epoch: Its number, from 1.
        train_loss: Mean loss of its steps.
        val_accuracy: Share of the validation images that are right after it, 0 to 1.
        val_loss: Mean cross-entropy on the validation images.
        seconds: How long it took, validation included.
        lr: Learning rate of its last step.
        images_per_second: Training images, over all processes, without validation.
        drop_path_rate: Probability of a local drop in its last step.
        attention_drop_rate: Share of the attention weights that DropAttention dropped in its last step.
        figures: What else the task measures on the validation images, by name, such as `val_dice`.
    """

    epoch: int
    train_loss: float
    val_accuracy: float
    val_loss: float
    seconds: float
    lr: float
    images_per_second: float = 0.0
    drop_path_rate: float = 0.0
    attention_drop_rate: float = 0.0
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Repeats:
    """How much of one part of the data is in another one.

    Attributes:
        of: The part: `validation` or `test`.
        among: The other part: `training` or `validation`.
        count: How many of its samples are there, too.
        total: How many samples it has.
    """

    of: str
    among: str
    count: int
    total: int

    @property
    def problem(self) -> str:
        """What is wrong, a sentence; empty when it is no more than published data have."""
        if self.count <= MOST_SHARE * self.total:
            return ""
        return f"{self.count:,} of {self.total:,} {self.of} samples are also {self.among} samples"


@dataclass(frozen=True)
class Guards:
    """What is checked in every run, because it goes wrong silently.

    Attributes:
        unreached: Learned tensors that no gradient reached in the first epoch, though nothing dropped them.
        noise_declared: Whether the network says that training draws random numbers: dropout, drop-path.
        noise_observed: Whether two training passes over the same images differed.
        noise_in_evaluation: Whether two evaluation passes over the same images differed.
        missing_ops: Ops that the spec or the graph declares and an evaluation pass does not run.
        order_dependent: Whether answers change with the order of images and columns, or with the size of a batch.
        repeats: How much the parts of the data have in common; those with the test set are known when it was read.
    """

    unreached: tuple[str, ...] = ()
    noise_declared: bool = False
    noise_observed: bool = False
    noise_in_evaluation: bool = False
    missing_ops: tuple[str, ...] = ()
    order_dependent: bool = False
    repeats: tuple[Repeats, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, a sentence each; empty when all is well."""
        found = [f"no gradient reaches {name}" for name in self.unreached]
        found += [f"{name} is declared, but the network does not run it" for name in self.missing_ops]
        if self.noise_declared and not self.noise_observed:
            found.append("a stochastic op is declared, but training passes do not differ")
        if self.noise_observed and not self.noise_declared:
            found.append("training passes differ, but no stochastic op is declared")
        if self.noise_in_evaluation:
            found.append("evaluation passes differ")
        if self.order_dependent:
            found.append("answers depend on the order in which images and columns are evaluated")
        return (*found, *(each.problem for each in self.repeats if each.problem))

    def as_dict(self) -> dict[str, Any]:
        """Return the guards for JSON."""
        return {
            **asdict(self),
            "unreached": list(self.unreached),
            "missing_ops": list(self.missing_ops),
            "repeats": [asdict(each) for each in self.repeats],
            "problems": list(self.problems),
        }


@dataclass(frozen=True)
class Score:
    """A trained network's figures.

    Attributes:
        epochs: One record an epoch, at least one.
        guards: What was checked.
        stopped: Whether it was stopped before the recipe's last epoch.
    """

    epochs: tuple[Epoch, ...]
    guards: Guards
    stopped: bool = False

    @property
    def val_accuracy(self) -> float:
        """After the last epoch, whose weights the network has."""
        return self.epochs[-1].val_accuracy

    @property
    def val_loss(self) -> float:
        """After the last epoch."""
        return self.epochs[-1].val_loss

    @property
    def train_loss(self) -> float:
        """Of the last epoch."""
        return self.epochs[-1].train_loss

    @property
    def best_val_accuracy(self) -> float:
        """The highest of all epochs."""
        return max(record.val_accuracy for record in self.epochs)

    @property
    def seconds(self) -> float:
        """Time spent in all epochs, those before an interruption included."""
        return sum(record.seconds for record in self.epochs)

    def as_dict(self) -> dict[str, Any]:
        """Return the score for JSON."""
        return {
            "epochs": [asdict(record) for record in self.epochs],
            "val_accuracy": self.val_accuracy,
            "best_val_accuracy": self.best_val_accuracy,
            "seconds": self.seconds,
            "stopped": self.stopped,
            "guards": self.guards.as_dict(),
        }


def read_score(state: dict[str, Any]) -> Score:
    """Return the score that `dataclasses.asdict` made plain."""
    guards = dict(state["guards"])
    for name in ("unreached", "missing_ops"):
        guards[name] = tuple(guards.get(name, ()))
    guards["repeats"] = tuple(Repeats(**each) for each in guards.get("repeats", ()))
    return Score(tuple(Epoch(**record) for record in state["epochs"]), Guards(**guards), state["stopped"])
