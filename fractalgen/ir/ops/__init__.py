"""One file an op, and its line in this table."""

from __future__ import annotations

from fractalgen.ir.parts import Op
from fractalgen.registry import Registry

OPS: Registry[type[Op]] = Registry(
    "op",
    {
        "avg_pool": "fractalgen.ir.ops.avg_pool:AvgPool",
        "batch_norm": "fractalgen.ir.ops.batch_norm:BatchNorm",
        "conv": "fractalgen.ir.ops.conv:Conv",
        "dropout": "fractalgen.ir.ops.dropout:Dropout",
        "flatten": "fractalgen.ir.ops.flatten:Flatten",
        "global_avg_pool": "fractalgen.ir.ops.global_avg_pool:GlobalAvgPool",
        "linear": "fractalgen.ir.ops.linear:Linear",
        "max_pool": "fractalgen.ir.ops.max_pool:MaxPool",
        "relu": "fractalgen.ir.ops.relu:Relu",
    },
)
