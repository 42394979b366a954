"""The evaluation that asks proxies."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from fractalgen.search.candidate import FIGURES
from fractalgen.search.job import Evaluation, Job, Report, Result
from fractalgen.search.proxies import PROXIES
from fractalgen.spec.search import Search

Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class ProxyEvaluation:
    """Adds the figures of proxies to those of another evaluation, or gives them alone.

    Attributes:
        inner: Reads the data, publishes the winner, and trains if `trains`.
        proxies: Names of the proxies.
        trains: Whether networks are trained as well.
        device: `auto`, `cpu` or `cuda`.
    """

    inner: Evaluation
    proxies: tuple[str, ...]
    trains: bool
    device: Device = "auto"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Those of the other evaluation, if it is asked, and the proxies."""
        return (*(self.inner.metrics if self.trains else ("seconds",)), *self.proxies)

    @property
    def keeps_weights(self) -> bool:
        """Whether networks are trained by an evaluation that keeps their weights."""
        return self.trains and self.inner.keeps_weights

    def digest(self, data: Any) -> str:
        """Return the digest of the data."""
        return self.inner.digest(data)

    def run(self, job: Job, report: Report) -> Result:
        """Ask the proxies, then train if that is wanted."""
        began = time.monotonic()
        text = job.spec_file.read_text(encoding="utf-8")
        scores = score(text, self.proxies, job.data, job.threads, self.device)
        if not self.trains:
            seconds = time.monotonic() - began
            return Result({**scores, "seconds": seconds}, seconds=seconds)
        result = self.inner.run(job, lambda news: report(replace(news, metrics={**news.metrics, **scores})))
        return result if result.failed else replace(result, metrics={**result.metrics, **scores})

    def publish(self, job: Job, best: Path) -> float | None:
        """Let the other evaluation publish; there are no weights of a network that was not trained."""
        return self.inner.publish(job, best) if self.trains else None


def with_proxies(inner: Evaluation, search: Search) -> Evaluation:
    """Return an evaluation that also reports the proxies among the objectives; it trains if another one needs it."""
    metrics = [objective.metric for objective in search.objectives]
    proxies = tuple(name for name in metrics if name in PROXIES and name not in inner.metrics)
    if not proxies:
        return inner
    return ProxyEvaluation(inner, proxies, trains=any(name not in (*proxies, *FIGURES) for name in metrics))


def score(text: str, proxies: Iterable[str], data: Any, threads: int, device: Device = "cpu") -> dict[str, float]:
    """Return what proxies say of the plain spec that `text` is."""
    import torch

    from fractalgen.search.evaluation import dataset_of
    from fractalgen.search.proxies.measure import measure
    from fractalgen.spec import load_text

    torch.set_num_threads(threads)
    return measure(load_text(text), proxies, dataset_of(data), device)


def score_one(data: Any, threads: int, proxy: str, text: str) -> float:
    """Return what one proxy says of the plain spec that `text` is."""
    return score(text, [proxy], data, threads)[proxy]
