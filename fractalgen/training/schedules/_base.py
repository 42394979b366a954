"""What a schedule is."""

from __future__ import annotations

from collections.abc import Callable

Schedule = Callable[[int, int, int], float]
"""Takes the step from 0, the steps of an epoch, and the epochs; returns the multiple of `lr` for that step.

It depends on nothing else, so that a run that goes on needs no state of it.
"""
