"""
Without this file a plan could only be read out of a revision's Python, by somebody who knows what Alembic makes of it.

Alembic's offline mode runs the revision's function and hands out each operation's SQL. A revision that asks the
database meanwhile gets no answer there: what it would do from that point on is not known, and said so.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from alembic.runtime.environment import EnvironmentContext
from alembic.script import Script
from flask import Flask

from yt_pubsub_handler.migration.revisions import alembic_config, file_hash, scripts

Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True)
class Written:
    """A revision's SQL in one direction: one chunk per operation, without Alembic's own; `gap` is why it ends early."""

    revision: str
    file_hash: str
    message: str
    irreversible: str | None
    chunks: tuple[str, ...]
    gap: str | None

    @property
    def sql(self) -> str:
        return "\n\n".join(self.chunks)

    @property
    def commits(self) -> bool:
        """Whether it has an autocommit block, which ends the transaction before it."""
        return "COMMIT;" in self.chunks


class _Chunks(io.StringIO):
    """Alembic writes each operation at once: only here a missing semicolon cannot make two statements one."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def write(self, text: str) -> int:
        self.written.append(text.strip())
        return len(text)


def write_down(app: Flask, direction: Direction, revisions: Iterable[str]) -> list[Written]:
    """Return what each of `revisions`, in this order, would have the database do. Nothing is connected to."""
    buffer = _Chunks()
    found: list[Written] = []
    directory = scripts(app)

    def run(_heads: Any, _context: Any) -> list[Any]:
        found.extend(_write_one(app, directory.get_revision(revision), direction, buffer) for revision in revisions)
        return []  # No steps: what Alembic does to its own table is no part of a revision.

    with app.app_context():
        config = alembic_config(app)
        config.output_buffer = buffer
        with EnvironmentContext(config, directory, fn=run, as_sql=True):
            directory.run_env()
    return found


def _write_one(app: Flask, script: Script, direction: Direction, buffer: _Chunks) -> Written:
    buffer.written.clear()
    function: Callable[[], None] = getattr(script.module, direction)
    gap = raised = None
    try:
        function()
    except NotImplementedError as error:
        raised = " ".join(str(error).split()) or "its downgrade() raises NotImplementedError"
    except Exception as error:  # noqa: BLE001 - a revision may raise anything; the plan says what, and refuses nothing.
        gap = f"{type(error).__name__}: {' '.join(str(error).split())}"
    if direction == "upgrade":
        gap, irreversible = raised or gap, None
    else:
        declared = getattr(script.module, "irreversible", None)
        irreversible = str(declared) if declared else raised
    chunks = tuple(filter(None, buffer.written))
    return Written(script.revision, file_hash(app, script.revision), script.doc, irreversible, chunks, gap)
