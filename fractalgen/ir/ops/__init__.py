"""One file an op, and its line in this table."""

from __future__ import annotations

from fractalgen.ir.parts import Op
from fractalgen.registry import Registry

OPS: Registry[type[Op]] = Registry(
    "op",
    {
        "attention": "fractalgen.ir.ops.attention:Attention",
        "avg_pool": "fractalgen.ir.ops.avg_pool:AvgPool",
        "batch_norm": "fractalgen.ir.ops.batch_norm:BatchNorm",
        "conv": "fractalgen.ir.ops.conv:Conv",
        "conv_transpose": "fractalgen.ir.ops.conv_transpose:ConvTranspose",
        "dropblock": "fractalgen.ir.ops.dropblock:Dropblock",
        "dropout": "fractalgen.ir.ops.dropout:Dropout",
        "dropout2d": "fractalgen.ir.ops.dropout2d:Dropout2d",
        "embedding": "fractalgen.ir.ops.embedding:Embedding",
        "flatten": "fractalgen.ir.ops.flatten:Flatten",
        "gelu": "fractalgen.ir.ops.gelu:Gelu",
        "global_avg_pool": "fractalgen.ir.ops.global_avg_pool:GlobalAvgPool",
        "group_norm": "fractalgen.ir.ops.group_norm:GroupNorm",
        "layer_norm": "fractalgen.ir.ops.layer_norm:LayerNorm",
        "leaky_relu": "fractalgen.ir.ops.leaky_relu:LeakyRelu",
        "linear": "fractalgen.ir.ops.linear:Linear",
        "max_pool": "fractalgen.ir.ops.max_pool:MaxPool",
        "mish": "fractalgen.ir.ops.mish:Mish",
        "pad": "fractalgen.ir.ops.pad:Pad",
        "positional_encoding": "fractalgen.ir.ops.positional_encoding:PositionalEncoding",
        "relu": "fractalgen.ir.ops.relu:Relu",
        "rms_norm": "fractalgen.ir.ops.rms_norm:RmsNorm",
        "sample": "fractalgen.ir.ops.sample:Sample",
        "selective_scan": "fractalgen.ir.ops.selective_scan:SelectiveScan",
        "silu": "fractalgen.ir.ops.silu:Silu",
        "squeeze_excite": "fractalgen.ir.ops.squeeze_excite:SqueezeExcite",
        "stochastic_depth": "fractalgen.ir.ops.stochastic_depth:StochasticDepth",
        "to_image": "fractalgen.ir.ops.to_image:ToImage",
        "to_sequence": "fractalgen.ir.ops.to_sequence:ToSequence",
        "upsample": "fractalgen.ir.ops.upsample:Upsample",
    },
)
