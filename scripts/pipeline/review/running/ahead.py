"""A throwaway server that starts while revisions are still being read: whoever needs it waits for what is left."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from pipeline.keeper import Keeper
from pipeline.postgres import NEWEST, Server, start_server

_OLDEST_EMBEDDED = 16


def embedded(version: int) -> int:
    """Which of the embedded servers stands for major `version`: 16 for all up to it, 18 for the rest."""
    return _OLDEST_EMBEDDED if version <= _OLDEST_EMBEDDED else NEWEST


@contextmanager
def starting_ahead(version: int) -> Iterator[Future[Server]]:
    """Yield a server that is coming up, for revisions of major `version`; it ends with the block."""
    with Keeper() as keeper, ThreadPoolExecutor(1) as beside:
        yield beside.submit(start_server, keeper, embedded(version))
