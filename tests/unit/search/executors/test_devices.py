from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fractalgen.search import Job
from fractalgen.search.executors._devices import Devices

JOB = Job(0, Path())


def test_parts_fill_one_gpu_before_the_next():
    devices = Devices(("0", "1"), 0.25)
    assert [devices.take(JOB) for _ in range(9)] == [("0",)] * 4 + [("1",)] * 4 + [None]


def test_a_part_that_does_not_divide_one_leaves_the_rest_unused():
    devices = Devices(("0",), 0.4)
    assert [devices.take(JOB) for _ in range(3)] == [("0",), ("0",), None]


def test_a_whole_gpu_waits_until_nothing_is_on_it():
    devices = Devices(("0",), 0.5)
    first = devices.take(JOB)
    whole = replace(JOB, whole=True)
    assert devices.take(whole) is None
    devices.give_back(JOB, first)
    assert devices.take(whole) == ("0",)
    assert devices.take(JOB) is None
    devices.give_back(whole, ("0",))
    assert devices.take(JOB) == ("0",)


def test_trials_without_gpus_take_none():
    assert Devices((), None).take(JOB) == ()
    assert Devices((), 0.0).take(replace(JOB, whole=True)) == ()
