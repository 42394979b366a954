"""An evaluation as sections of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fractalgen.report.evaluation_pictures import anytime, anytime_latency, calibration, confusion
from fractalgen.report.evaluation_record import EvaluationRecord, Section
from fractalgen.report.page import section, share, side_by_side
from fractalgen.visualize.lettering import escape
from fractalgen.visualize.render_html import table

_HEADINGS = (
    "",
    "accuracy",
    "recalibrated",
    "loss",
    "calibration error",
    "recalibrated",
    "MACs",
    "parameters",
    "ms",
    "95 %",
    "ms a batch",
    "95 %",
)
_CONFUSION_NOTE = "Rows are what an image is, columns what the whole network takes it for."
_CALIBRATION_NOTE = (
    "How often the whole network is right, by how sure it is. Numbers are answers; on the dashed line it is right as "
    "often as it says."
)


def evaluation_sections(found: EvaluationRecord) -> Iterator[str]:
    """Return the parts of a page that an evaluation fills."""
    rows = [_HEADINGS, *(_cells(each) for each in (found.full, *found.columns))]
    yield section("Evaluation", f'<div class="scroll">{table(rows)}</div>', _setting(found))
    yield section("Guards of the evaluation", problems(found.guards.problems))
    if len(found.anytime) > 1:
        yield side_by_side(
            section("Accuracy over MACs", _plot(anytime(found))),
            section("Accuracy over time", _plot(anytime_latency(found))),
        )
    yield side_by_side(
        section("Calibration", _plot(calibration(found)), _CALIBRATION_NOTE),
        section("Confusion", _plot(confusion(found)), _CONFUSION_NOTE),
    )


def problems(sentences: Iterable[str]) -> str:
    """Return what guards found as a list; nothing when they found nothing."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="guards">{items}</ul>' if items else ""


def _setting(found: EvaluationRecord) -> str:
    text = f"On {found.samples:,} {found.split} samples; times on {found.device} with {found.threads} threads."
    if found.recalibration is not None:
        again = found.recalibration
        text += f" Recalibrated: batch norm measured again on {again.batches} training batches of {again.batch}."
    return text


def _cells(found: Section) -> tuple[str, ...]:
    again = found.recalibrated
    times = (found.latency_ms, found.latency_p95_ms, found.batch_latency_ms, found.batch_latency_p95_ms)
    return (
        found.name,
        share(found.accuracy),
        "" if again is None else share(again.accuracy),
        f"{found.loss:.4f}",
        share(found.calibration_error),
        "" if again is None else share(again.calibration_error),
        f"{found.macs:,}",
        f"{found.parameters:,}",
        *(f"{time:.2f}" for time in times),
    )


def _plot(drawn: str) -> str:
    return f'<div class="plot">{drawn}</div>' if drawn else ""
