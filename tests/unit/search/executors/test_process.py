from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from evaluations import Deed, is_alive, make_job, run_all

from fractalgen.errors import SearchError
from fractalgen.search.executors import process
from fractalgen.search.executors.process import Process
from fractalgen.search.machines.capacity import Gpu
from fractalgen.search.machines.placement import Placement
from fractalgen.spec.resources import Resources


def wait_for(file: Path, seconds: float = 30) -> str:
    deadline = time.monotonic() + seconds
    while not (file.exists() and file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return file.read_text()


def test_processes_are_used_again(tmp_path):
    jobs = [make_job(tmp_path, number, "train") for number in range(6)]
    run_all(Process(Deed(), 2), jobs)
    assert len({(tmp_path / str(number) / "pid").read_text() for number in range(6)}) <= 2


def test_closing_ends_a_worker_and_what_it_started(tmp_path):
    executor = Process(Deed(), 1)
    executor.submit(make_job(tmp_path, 0, "hang"))
    child = int(wait_for(tmp_path / "0" / "child"))
    executor.close()
    deadline = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)
    assert not is_alive(int((tmp_path / "0" / "pid").read_text()))
    executor.close()


DRIVER = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from evaluations import Deed, make_job
from fractalgen.search.executors.process import Process
if __name__ == "__main__":
    executor = Process(Deed(), 1)
    executor.submit(make_job(Path({folder!r}), 0, "hang"))
    executor.poll(lambda *_: True)
"""


def test_workers_end_with_a_driver_that_is_killed(tmp_path):
    script = tmp_path / "driver.py"
    script.write_text(DRIVER.format(here=str(Path(__file__).parent), folder=str(tmp_path)))
    driver = subprocess.Popen([sys.executable, str(script)])
    child = int(wait_for(tmp_path / "0" / "child"))
    worker = int((tmp_path / "0" / "pid").read_text())
    driver.send_signal(signal.SIGKILL)
    driver.wait(10)
    deadline = time.monotonic() + 5
    while (is_alive(worker) or is_alive(child)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(worker)
    assert not is_alive(child)


def test_an_evaluation_that_cannot_be_sent_is_refused(tmp_path):
    class Local(Deed):
        pass

    executor = Process(Local(), 1)
    with pytest.raises(SearchError, match="the evaluation cannot be sent to another process"):
        executor.submit(make_job(tmp_path, 0, "train"))
    executor.close()


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(process, "gpus", lambda: (Gpu("0", "card", 2**34), Gpu("1", "card", 2**34)))


def placed(gpus):
    return Placement(resources=Resources(gpus=gpus))


def shown(folder, count):
    return [(folder / str(number) / "shown").read_text() for number in range(count)]


def test_each_worker_sees_the_gpu_that_it_has(tmp_path, two_gpus):
    jobs = [make_job(tmp_path, number, "show CUDA_VISIBLE_DEVICES") for number in range(8)]
    run_all(Process(Deed(), 2, placed(1.0)), jobs)
    assert set(shown(tmp_path, 8)) == {"0", "1"}


def test_trials_that_take_several_gpus_see_several(tmp_path, two_gpus):
    run_all(Process(Deed(), 1, placed(2.0)), [make_job(tmp_path, 0, "show CUDA_VISIBLE_DEVICES")])
    assert shown(tmp_path, 1) == ["0,1"]


def test_trials_that_take_no_gpu_see_none(tmp_path, two_gpus):
    run_all(Process(Deed(), 1, placed(0.0)), [make_job(tmp_path, 0, "show CUDA_VISIBLE_DEVICES")])
    assert shown(tmp_path, 1) == [""]


def test_a_trial_that_half_the_batch_does_not_help_gets_a_whole_gpu(tmp_path, two_gpus):
    deeds = ["train", "fit_in 2 whole", "train", "train", "fit_in 9", "train"]
    jobs = [make_job(tmp_path, number, deed) for number, deed in enumerate(deeds)]
    results = run_all(Process(Deed(), 4, placed(0.5)), jobs)
    assert (tmp_path / "1" / "parts").read_text() == "2 True"
    assert results[1].mishaps == (
        "MemoryError: the memory is full; tried again with half the batch at a time",
        "MemoryError: the memory is full; tried again on a whole GPU",
    )
    assert (results[4].reason, results[4].trouble) == ("MemoryError: the memory is full", "memory")
    assert [number for number, result in results.items() if result.failed] == [4]


def test_a_worker_has_a_process_group_of_its_own(tmp_path):
    executor = Process(Deed(), 1)
    executor.submit(make_job(tmp_path, 0, "hang"))
    wait_for(tmp_path / "0" / "child")
    worker = int((tmp_path / "0" / "pid").read_text())
    assert os.getpgid(worker) == worker != os.getpgid(0)
    executor.close()
