"""
Without this file two clouds in one process would share their functions.

moto keeps the state of every account in module globals of the process; it offers to clear all or nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from moto.core.base_backend import BackendDict

# Not 123456789012, moto's own: its backends there (in us-east-1) are asked where a service's routes are, and
# look for them beside the module of their class, which for us would be this package.
_FIRST = 111122223333
_taken: set[int] = set()
_taking = threading.Lock()


@contextmanager
def empty_account() -> Iterator[str]:
    """Lend an account that nobody else in this process uses; what was made in it is forgotten afterwards."""
    with _taking:
        number = next(n for n in range(_FIRST, _FIRST + len(_taken) + 1) if n not in _taken)
        _taken.add(number)
    try:
        yield str(number)
    finally:
        for service in list(BackendDict._instances):  # type: ignore[misc]  # moto says so of itself.
            if regions := service.pop(str(number), None):
                regions.reset()  # S3 closes its temporary files by this.
        with _taking:
            _taken.discard(number)
