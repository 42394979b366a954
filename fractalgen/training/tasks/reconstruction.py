"""The image itself: autoencoders, and variational ones (Kingma and Welling, arXiv 1312.6114)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fractalgen.errors import TrainError
from fractalgen.training.outputs import Outputs
from fractalgen.training.samples import Images, Masks, Samples
from fractalgen.training.score import Accuracy
from fractalgen.training.tasks._base import Measure, Task

_LEAST = 1e-10
"""A squared error below that of rounding to floats: its PSNR, 100 dB, is the highest that is told."""


class Reconstruction(Task):
    """Squared error between the output and the input, a mean over pixels.

    A second output holds the moments that a `sample` op reads, means before log-variances. Then the loss is

        MSE + kl * KL(N(mean, variance) || N(0, 1)) / numbers of an image,

    with the divergence added up over all latents (arXiv 1312.6114, appendix B): for kl = 2 twice the negative evidence
    lower bound of a Gaussian decoder of variance 1, for each number of an image.
    """

    def check(self, outputs: Outputs, samples: Samples, classes: int) -> None:
        """Check for an image of the input's size and, if there is a second output, for moments."""
        del classes
        if not isinstance(samples, Images | Masks):
            raise TrainError("reconstruction needs images, the data have none", "Take other data or another task.")
        found, wanted = tuple(outputs[0].shape[1:]), samples.shape
        if found != wanted:
            sizes = ["x".join(map(str, each)) for each in (found, wanted)]
            raise TrainError(
                f"the network gives {sizes[0]} for an image of {sizes[1]}, and reconstruction compares the two",
                f"End the network with the size of its input, {sizes[1]}.",
            )
        if len(outputs) > 2:
            raise TrainError(
                f"the network has {len(outputs)} outputs, and reconstruction knows an image and moments",
                "Leave the others out of `outputs:`.",
            )
        if len(outputs) == 1 and self.options.kl is not None:
            raise TrainError(
                "kl weighs the moments of a second output, and the network has one output",
                "Tap what `sample` reads and name it in `outputs:`, or take kl out of the task.",
            )
        if len(outputs) == 2 and outputs[1].shape[1] % 2:
            raise TrainError(
                f"the second output has {outputs[1].shape[1]} channels, which are no means and log-variances",
                "Tap what `sample` reads.",
            )

    def loss(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the squared error and the weighted divergence."""
        del targets
        loss = F.mse_loss(outputs[0], inputs)
        if len(outputs) == 1:
            return loss
        weight: float = 1.0 if self.options.kl is None else self.options.kl
        return loss + weight / inputs[0].numel() * divergence(outputs[1]).mean()

    def measure(self, samples: Samples) -> Measure:
        """Return what measures the peak signal-to-noise ratio."""
        if not isinstance(samples, Images | Masks):
            raise TypeError("reconstruction measures images")
        return _Errors(self, samples.std)


def divergence(moments: Tensor) -> Tensor:
    """Return KL(N(mean, variance) || N(0, 1)) of each sample, `(batch,)`, added up over its latents.

    Args:
        moments: `(batch, 2 * latents, ...)`, means before log-variances.
    """
    mean, log_variance = moments.chunk(2, dim=1)
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).flatten(1).sum(1)


class _Errors(Measure):
    """Adds up squared errors.

    The ratio is the mean over images of -10 log10(MSE), pixels going from 0 to 1. The accuracy is the share of the
    images' variance that is reproduced, 1 - MSE / mean square around the training mean, below 0 where the mean alone
    would be better.
    """

    def __init__(self, task: Reconstruction, std: Tensor) -> None:
        self._task = task
        self._std = std / 255
        self._errors: list[Tensor] = []
        self._powers: list[Tensor] = []
        self._ratios: list[Tensor] = []
        self._losses: list[Tensor] = []

    def add(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> None:
        error = outputs[0] - inputs
        pixels = (error * self._std.to(error.device)[:, None, None]).square().flatten(1).mean(1)
        self._errors.append(error.square().flatten(1).mean(1).double())
        self._powers.append(inputs.square().flatten(1).mean(1).double())
        self._ratios.append(-10 * pixels.clamp(min=_LEAST).log10().double())
        self._losses.append(self._task.loss(outputs, inputs, targets).double() * len(inputs))

    def result(self) -> Accuracy:
        error, power, ratio = (torch.cat(each).mean() for each in (self._errors, self._powers, self._ratios))
        loss = torch.stack(self._losses).sum() / len(torch.cat(self._errors))
        return Accuracy(1 - float(error / power), float(loss), {"psnr": float(ratio)})
