"""
Without this file every function of the loop would take the same ten arguments.

It is made once the mutex is held and the ledger knows of the run; nothing in it changes afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from alembic.config import Config
from flask import Flask

from yt_pubsub_handler.migration.heartbeat import Heartbeat
from yt_pubsub_handler.migration.hooks import Hooks
from yt_pubsub_handler.migration.ledger import Ledger
from yt_pubsub_handler.migration.limits import Deadline
from yt_pubsub_handler.migration.requests import Request
from yt_pubsub_handler.migration.revisions import alembic_config
from yt_pubsub_handler.migration.runs import Begun
from yt_pubsub_handler.migration.sessions import Sessions

_OUTCOMES = {"upgrade": "applied", "downgrade": "undone"}


@dataclass(frozen=True)
class Run:
    """What a run under the mutex has at hand; `reason` is why a downgrade was asked for."""

    app: Flask
    request: Request
    begun: Begun
    sessions: Sessions
    ledger: Ledger
    heartbeat: Heartbeat
    deadline: Deadline
    hooks: Hooks
    reason: str | None = None

    @property
    def outcome(self) -> str:
        """What its revisions are when it is over."""
        return _OUTCOMES[self.request.direction]

    @cached_property
    def config(self) -> Config:
        """Alembic's configuration: one for all revisions, as `flask db upgrade` has one."""
        with self.app.app_context():
            return alembic_config(self.app)
