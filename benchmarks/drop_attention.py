"""DropAttention in a fractal of transformer blocks over text.

    python benchmarks/drop_attention.py [--seeds 3] [--out runs/drop_attention]

Trains `search_spaces/field/drop_attention.yaml` on the descriptions of scikit-learn's data sets, once for each way to
drop and each seed. Each training is a run folder under --out: it goes on where it was killed, and one that is finished
is not run again. After each run its figures go to `results/drop_attention.json`, the table to standard output. Losses
are mean cross-entropies in nats a byte.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from statistics import fmean

from _trainings import Row, markdown, rows_of, spread, trained

from fractalgen.spec import load

HERE = Path(__file__).parent
SPEC = HERE.parent / "search_spaces" / "field" / "drop_attention.yaml"
RESULTS = HERE / "results" / "drop_attention.json"
BLOCK = "network.body.sequence[2].fractal.unit.transformer_block"
WAYS = {
    "none": (0, 1, "column"),
    "column, p 0.4, w 1": (0.4, 1, "column"),
    "column, p 0.4, w 3": (0.4, 3, "column"),
    "element, p 0.4, w 1": (0.4, 1, "element"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/drop_attention"))
    given = parser.parse_args()
    print(table(rows_of(RESULTS, WAYS, given.seeds, lambda way, seed: train(way, seed, given.out))))


def train(way: str, seed: int, out: Path) -> Row:
    keys = ("attention_drop", "attention_span", "attention_drop_kind")
    sets = [f"{BLOCK}.{key}={value}" for key, value in zip(keys, WAYS[way], strict=True)]
    run = trained(load(SPEC, sets).first(), out / f"{way.replace(', ', '-').replace(' ', '')}-{seed}", seed)
    epochs = run.score.epochs
    return {
        "seconds": run.score.seconds,
        "train_loss": [epoch.train_loss for epoch in epochs],
        "val_loss": [epoch.val_loss for epoch in epochs],
        "attention_drop_rate": fmean(epoch.attention_drop_rate for epoch in epochs),
        "test_loss": run.test.loss,
    }


def table(runs: list[Row]) -> str:
    losses = ("train loss", "lowest validation loss", "last validation loss", "test loss", "test perplexity")
    headings = ("dropped", "seeds", "realised rate", *losses)
    return markdown(headings, (line(way, [run for run in runs if run["variant"] == way]) for way in WAYS))


def line(way: str, runs: list[Row]) -> tuple[str, ...]:
    return (
        way,
        str(len(runs)),
        f"{fmean(run['attention_drop_rate'] for run in runs):.3f}",
        spread((run["train_loss"][-1] for run in runs), 2),
        spread((min(run["val_loss"]) for run in runs), 2),
        spread((run["val_loss"][-1] for run in runs), 2),
        spread((run["test_loss"] for run in runs), 2),
        spread((math.exp(run["test_loss"]) for run in runs), 1),
    )


if __name__ == "__main__":
    main()
