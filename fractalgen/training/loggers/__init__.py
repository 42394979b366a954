"""Where figures of a training run go besides its folder. One file each, named in this table."""

from fractalgen.registry import Registry
from fractalgen.training.loggers._base import Logger, figures_of

LOGGERS: Registry[type[Logger]] = Registry(
    "logger",
    {
        "mlflow": "fractalgen.training.loggers.mlflow:MLflow",
        "tensorboard": "fractalgen.training.loggers.tensorboard:TensorBoard",
    },
)

__all__ = ["LOGGERS", "Logger", "figures_of"]
