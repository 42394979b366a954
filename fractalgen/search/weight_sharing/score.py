"""What shared weights say about one network."""

from __future__ import annotations

import torch
from torch import nn

from fractalgen.compiler import Network
from fractalgen.training import Accuracy, Dataset, evaluate

_BATCH = 500


def recalibrate(network: Network, dataset: Dataset, images: int, seed: int) -> None:
    """Set the batch-norm statistics of a network from training images, without augmentation.

    Statistics that networks share describe none of them (Guo et al., arXiv 1904.00420, section 3.4).

    Args:
        network: Its weights stay as they are; one without batch norm is left alone.
        dataset: Whose training images are used.
        images: How many of them, at most.
        seed: Of their choice.
    """
    if not any(isinstance(module, nn.BatchNorm2d) for module in network.modules()):
        return
    order = torch.randperm(len(dataset.train), generator=torch.Generator().manual_seed(seed))[:images]
    parts = order.tensor_split(-(-len(order) // _BATCH))
    device = next(network.parameters()).device
    network.recalibrate(dataset.train.batch(part.to(dataset.train.device))[0].to(device) for part in parts)


def shared_score(network: Network, dataset: Dataset, images: int, seed: int) -> Accuracy:
    """Return accuracy and loss on the validation images, with batch-norm statistics of this network's own."""
    recalibrate(network, dataset, images, seed)
    return evaluate(network, dataset.validation)
