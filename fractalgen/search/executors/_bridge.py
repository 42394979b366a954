"""Between the driver's thread, which submits and polls, and Tune's thread, which asks for work and reports.

Tune waits after each report until the driver has dealt with it, which is when the driver polls again; by then
the next job lies ready. So the two threads take turns, and Tune never sleeps while there is work.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from dataclasses import dataclass, field

from fractalgen.search.job import EpochReport, Job, Outcome

Event = tuple[int, EpochReport] | Outcome | BaseException


class Abandoned(BaseException):
    """Leaves Tune's loop from inside a callback; Tune catches exceptions, so it is none."""


@dataclass
class _Posted:
    """An event, and what the driver says to it."""

    event: Event
    answered: threading.Event = field(default_factory=threading.Event)
    goes_on: bool = True


class Bridge:
    """A desk with jobs for one side and events for the other."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._events: queue.Queue[_Posted] = queue.Queue()
        self._changed = threading.Condition()
        self._unanswered: _Posted | None = None
        self._closed = threading.Event()

    def submit(self, job: Job) -> None:
        """Lay down a job; the driver's side."""
        with self._changed:
            self._jobs.append(job)
            self._changed.notify_all()

    def next_event(self) -> Event:
        """Let Tune go on, and wait for what it reports next; the driver's side."""
        if self._unanswered is not None:
            self._unanswered.answered.set()
        self._unanswered = self._events.get()
        return self._unanswered.event

    def answer(self, *, goes_on: bool) -> None:
        """Say whether the trial of the last event goes on; the driver's side."""
        if self._unanswered is not None:
            self._unanswered.goes_on = goes_on

    def close(self) -> None:
        """Make Tune's side leave at its next call; the driver's side."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
        if self._unanswered is not None:
            self._unanswered.answered.set()
        while not self._events.empty():
            self._events.get().answered.set()

    def take(self, *, wait: bool) -> Job | None:
        """Return the next job, or None when there is none now; Tune's side.

        Raises:
            Abandoned: the driver has closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed.is_set() or not wait)
            self.check_open()
            return self._jobs.popleft() if self._jobs else None

    def post(self, event: Event) -> bool:
        """Report, and wait until the driver has dealt with it; return whether the trial goes on; Tune's side."""
        if self._closed.is_set():
            return True
        posted = _Posted(event)
        self._events.put(posted)
        while not posted.answered.wait(0.5):
            if self._closed.is_set():
                break
        return posted.goes_on

    def check_open(self) -> None:
        """Leave when the driver has closed; Tune's side.

        Raises:
            Abandoned: it has.
        """
        if self._closed.is_set():
            raise Abandoned
