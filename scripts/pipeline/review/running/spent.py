"""Where the time of a review goes; without it nobody could say which part is worth making faster."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Part(StrEnum):
    """What running is made of, in the order in which it comes."""

    SERVER = "starting a server"
    RELEASE = "checking out the release"
    STARTING = "starting the project and the release"
    COPIES = "making, moving and dropping databases"
    BASE = "applying what comes before"
    SEEDING = "seeding"
    RUNS = "running revisions"
    TRAFFIC = "readers and writers"
    COMPARING = "comparing schemas and rows"
    WINDOW = "asking the releases"
    DRIFT = "comparing the models"


class Spent:
    """Seconds by part. What a part does inside another is its own; threads are counted each for itself."""

    def __init__(self) -> None:
        self._seconds: dict[Part, float] = defaultdict(float)
        self._began = time.monotonic()
        self._of_thread = threading.local()

    @contextmanager
    def on(self, part: Part) -> Iterator[None]:
        open_: list[float] = self._of_thread.__dict__.setdefault("inner", [])
        began = time.monotonic()
        open_.append(0.0)
        try:
            yield
        finally:
            took = time.monotonic() - began
            self._seconds[part] += took - open_.pop()
            if open_:
                open_[-1] += took

    @property
    def seconds(self) -> dict[str, float]:
        """Each part's, and of all of it by the clock: parts that go on at the same time add up to more."""
        parts = {part.value: round(self._seconds[part], 3) for part in Part if part in self._seconds}
        return {**parts, "all": round(time.monotonic() - self._began, 3)}
