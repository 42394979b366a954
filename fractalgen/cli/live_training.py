"""The live line of a training run: where it is, how fast, how long it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from fractalgen.training import Epoch, Progress


class LiveTraining:
    """Prints a line an epoch and, on a terminal, draws a bar below that moves.

    Use it as a context manager around the training; the console should write to stderr.

    Args:
        console: Where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=5, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def on_step(self, progress: Progress) -> None:
        """Show where the run is."""
        self._progress = progress

    def on_epoch(self, record: Epoch) -> None:
        """Print what an epoch brought."""
        further = "".join(f"  {name.replace('_', ' ')} {value:.4f}" for name, value in record.figures.items())
        self._console.print(
            f"epoch {record.epoch}  train loss {record.train_loss:.4f}  val accuracy {record.val_accuracy:.4f}{further}"
            f"  {record.seconds:.1f} s  {record.images_per_second:,.0f} images/s",
            highlight=False,
        )

    def _render(self) -> RenderableType:
        at = self._progress
        if at is None:
            return Text("starting")
        line = Table.grid(padding=(0, 2))
        line.add_row(
            ProgressBar(total=at.steps * at.epochs, completed=at.steps * (at.epoch - 1) + at.step, width=40),
            f"epoch {at.epoch} of {at.epochs}",
            f"step {at.step} of {at.steps}",
            f"{at.images_per_second:,.0f} images/s",
            f"{clock(at.seconds_left)} left",
            at.mode,
        )
        return line


def clock(seconds: float) -> str:
    """Return a time as hours, minutes and seconds: `1:02:03`, `2:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
