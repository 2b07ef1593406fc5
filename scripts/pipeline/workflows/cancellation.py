"""
The Cancel button: asks a run to end, from any thread or from a signal's handler.

As on GitHub, the running step goes on if its `if:` still holds (`always()`), later steps run if theirs does,
and all of them together have a bound.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Cancellation:
    def __init__(self) -> None:
        self._requested = False
        self._listeners: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        return self._requested

    def request(self) -> None:
        """Ask the run to end; asking again changes nothing."""
        # No lock: a signal's handler may interrupt the thread that would hold it.
        if not self._requested:
            self._requested = True
            for listener in list(self._listeners):
                listener()

    @contextmanager
    def listening(self, listener: Callable[[], None]) -> Iterator[None]:
        """Have `listener` called at the request while the block runs, at once if it was made before."""
        self._listeners.append(listener)
        try:
            if self._requested:
                listener()
            yield
        finally:
            self._listeners.remove(listener)


@contextmanager
def interrupts_cancel(cancellation: Cancellation) -> Iterator[None]:
    """
    Turn Ctrl-C and SIGTERM into a cancellation; a second one ends everything with KeyboardInterrupt.

    Only in the main thread: elsewhere Python lets nobody set handlers, and the block runs as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if cancellation.requested:
            raise KeyboardInterrupt
        cancellation.request()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
