"""
Which line of a revision asked for an operation in batch mode: Alembic sends them all at the end of the `with`.

Flask-Migrate writes every change of a table so. Without this each of them would seem to be sent by the line of the
`with`, where no rule that read the revision has seen it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

_ATTRIBUTE = "batch"


class _Kept(list[Any]):
    """The operations of one batch; `place` is the file and line that asked for the one that is being sent."""

    def __init__(self, versions: tuple[str, ...]) -> None:
        super().__init__()
        self.place: tuple[str, int] | None = None
        self._versions = versions
        self._places: list[tuple[str, int] | None] = []

    def append(self, operation: Any) -> None:
        self._places.append(_caller(self._versions))
        super().append(operation)

    def __iter__(self) -> Iterator[Any]:
        for place, operation in zip(self._places, super().__iter__(), strict=False):
            self.place = place
            yield operation
        self.place = None


def remember_lines(versions: tuple[str, ...]) -> None:
    """Let every batch of revisions in these folders remember who asked for what."""
    from alembic.operations.batch import BatchOperationsImpl  # noqa: PLC0415 - the project's own.

    implementation: Any = BatchOperationsImpl
    begin = implementation.__init__

    def init(batch: Any, *arguments: Any, **keywords: Any) -> None:
        begin(batch, *arguments, **keywords)
        setattr(batch, _ATTRIBUTE, _Kept(versions))

    implementation.__init__ = init


def sent_for(frame: FrameType) -> tuple[str, int] | None:
    """The file and line for which `frame` sends an operation of a batch; None for every other frame."""
    if frame.f_code.co_name != "flush":
        return None
    kept = getattr(frame.f_locals.get("self"), _ATTRIBUTE, None)
    return kept.place if isinstance(kept, _Kept) else None


def _caller(versions: tuple[str, ...]) -> tuple[str, int] | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = os.path.realpath(frame.f_code.co_filename)
        if name.startswith(versions):
            return name, frame.f_lineno
        frame = frame.f_back
    return None
