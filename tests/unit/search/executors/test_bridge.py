from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fractalgen.search import EpochReport, Job, Result
from fractalgen.search.executors._bridge import Abandoned, Bridge
from fractalgen.search.job import Outcome


def tune_like(bridge, jobs, log):
    """Do what Tune does: ask, report one epoch, report the end."""
    try:
        for _ in range(jobs):
            job = bridge.take(wait=True)
            log.append(f"run {job.number}")
            bridge.post((job.number, EpochReport(1, 1, {})))
            bridge.post(Outcome(job.number, Result({"val_accuracy": 1.0})))
        bridge.take(wait=True)
    except Abandoned:
        log.append("left")


def test_the_next_job_lies_ready_before_the_other_side_goes_on():
    bridge, log = Bridge(), []
    thread = threading.Thread(target=tune_like, args=(bridge, 3, log))
    thread.start()
    for number in range(3):
        bridge.submit(Job(number, Path()))
        assert isinstance(bridge.next_event(), tuple)
        assert bridge.next_event().number == number
        log.append(f"told {number}")
    bridge.close()
    thread.join(5)
    assert log == ["run 0", "told 0", "run 1", "told 1", "run 2", "told 2", "left"]


def test_closing_frees_the_other_side_wherever_it_waits():
    bridge, log = Bridge(), []
    bridge.submit(Job(0, Path()))
    thread = threading.Thread(target=tune_like, args=(bridge, 1, log))
    thread.start()
    bridge.next_event()
    bridge.close()
    thread.join(5)
    assert not thread.is_alive()


def test_asking_without_waiting_returns_at_once():
    bridge = Bridge()
    assert bridge.take(wait=False) is None
    bridge.close()
    with pytest.raises(Abandoned):
        bridge.take(wait=False)
