"""The callbacks of Ray Tune that a spec may name: loggers, mostly. Loads no Ray by itself."""

from __future__ import annotations

from typing import Any

from fractalgen.registry import Registry

CALLBACKS: Registry[Any] = Registry(
    "callback",
    {
        "csv": "ray.tune.logger:CSVLoggerCallback",
        "json": "ray.tune.logger:JsonLoggerCallback",
        "mlflow": "ray.air.integrations.mlflow:MLflowLoggerCallback",
        "tensorboard": "ray.tune.logger:TBXLoggerCallback",
    },
)
