"""Evaluation -> files in the folder of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fractalgen.atomic import write_text
from fractalgen.compiler.saved import saved_folder
from fractalgen.errors import SearchError
from fractalgen.report.evaluation_pictures import PICTURES
from fractalgen.report.evaluation_record import FILE, EvaluationRecord
from fractalgen.report.write import write_report
from fractalgen.run_files import METRICS


def keep_evaluation(run: Path, evaluation: Mapping[str, Any]) -> tuple[Path, ...]:
    """Write an evaluation as JSON and as pictures beside the weights of a run; return the paths to open.

    The report of a training run is written again, with the evaluation in it.

    Raises:
        FractalGenError: the folder holds no trained network, or may not be written.
    """
    folder = saved_folder(run)
    drawn = EvaluationRecord.model_validate(evaluation)
    texts = {FILE: json.dumps(evaluation, indent=2) + "\n", **{name: draw(drawn) for name, draw in PICTURES.items()}}
    try:
        for name, text in texts.items():
            if text:
                write_text(folder / name, text)
            else:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise SearchError(
            f"the evaluation cannot be written to {str(folder)!r}: {error.strerror}", "Make the folder writable."
        ) from None
    report = (write_report(run),) if (run / METRICS).is_file() else ()
    return (*(folder / name for name, text in texts.items() if text), *report)
