"""Networks and their trainings -> one parquet file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .space import FIGURES, Network

BY_EPOCH = ("train_loss", "val_accuracy", "val_loss", "test_accuracy", "seconds")


def write_table(
    file: Path, found: Sequence[Network], rows: Sequence[Mapping[str, Any]], made: Mapping[str, Any]
) -> None:
    """Write one row a training, in the order of `rows`, and how they were made as metadata."""
    of = {network.fingerprint: network for network in found}
    columns: dict[str, Any] = {
        "fingerprint": [row["fingerprint"] for row in rows],
        "seed": pa.array([row["seed"] for row in rows], pa.int8()),
        "points": [json.dumps(of[row["fingerprint"]].points) for row in rows],
        **{name: [of[row["fingerprint"]].figures[name] for row in rows] for name in FIGURES},
        **{name: pa.array([row[name] for row in rows], pa.list_(pa.float64())) for name in BY_EPOCH},
    }
    table = pa.table(columns).replace_schema_metadata({"made": json.dumps(made)})
    pq.write_table(table, file, compression="zstd", compression_level=19)
