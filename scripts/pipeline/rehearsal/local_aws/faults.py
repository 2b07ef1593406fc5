"""
Without this file only the good days could be rehearsed.

A fault waits for the next invocations that match it. For a cut connection and for an HTTP 500 the function
does run, to its end: that is what makes them dangerous, since botocore then sends the same invocation again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum


class Harm(Enum):
    """What can happen to an invocation; the first two happen to its answer, the others to its process."""

    DROP_CONNECTION = "drop connection"
    ANSWER_500 = "answer 500"
    KILL_SANDBOX = "kill sandbox"
    FREEZE_SANDBOX = "freeze sandbox"


@dataclass(eq=False)  # Two equal faults are still two.
class Fault:
    """Something that will go wrong `times` more times; `hits` are the function names it happened to."""

    harm: Harm
    after: float
    times: int
    function: str | None
    duration: float = 0
    hits: list[str] = field(default_factory=list)


class Faults:
    """The faults that are waiting; each `with` withdraws what did not happen until its end."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    @contextmanager
    def drop_connection(self, *, after: float = 0, times: int = 1, function: str | None = None) -> Iterator[Fault]:
        """Cut the connection `after` seconds into the invocation, or at its end if that is sooner."""
        with self._waits(Fault(Harm.DROP_CONNECTION, after, times, function)) as fault:
            yield fault

    @contextmanager
    def answer_500(self, *, after: float = 0, times: int = 1, function: str | None = None) -> Iterator[Fault]:
        """Answer HTTP 500 `after` seconds into the invocation, or at its end if that is sooner."""
        with self._waits(Fault(Harm.ANSWER_500, after, times, function)) as fault:
            yield fault

    @contextmanager
    def kill_sandbox(self, *, after: float = 0, times: int = 1, function: str | None = None) -> Iterator[Fault]:
        """Kill the function's processes `after` seconds into the invocation."""
        with self._waits(Fault(Harm.KILL_SANDBOX, after, times, function)) as fault:
            yield fault

    @contextmanager
    def freeze_sandbox(
        self, *, for_: float, after: float = 0, times: int = 1, function: str | None = None
    ) -> Iterator[Fault]:
        """Stop the function's processes `after` seconds into the invocation, `for_` seconds long."""
        with self._waits(Fault(Harm.FREEZE_SANDBOX, after, times, function, for_)) as fault:
            yield fault

    def take(self, function: str, *harms: Harm) -> Fault | None:
        """The first waiting fault of one of these kinds for this function; it is used up by one."""
        with self._lock:
            for fault in self._waiting:
                if fault.times and fault.harm in harms and fault.function in (None, function):
                    fault.times -= 1
                    fault.hits.append(function)
                    return fault
        return None

    @contextmanager
    def _waits(self, fault: Fault) -> Iterator[Fault]:
        with self._lock:
            self._waiting.append(fault)
        try:
            yield fault
        finally:
            with self._lock:
                self._waiting.remove(fault)
