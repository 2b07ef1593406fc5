"""
Without this file one failed revision would take those before it down with it, or leave nobody a word about them.

Alembic is asked for one revision at a time. Its own `command.upgrade` would read every file again for each of them,
and knows no place to look in before a revision's first statement.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from flask import Flask
from sqlalchemy import Connection

from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.requests import Direction
from yt_pubsub_handler.migration.revisions import scripts


def run_revision(
    app: Flask,
    config: Config,
    connection: Connection,
    revision: str,
    direction: Direction,
    *,
    before: Callable[[Connection], None],
    after: Callable[[Connection], None],
) -> None:
    """
    Apply or undo `revision` by env.py, which reads `config`, on `connection`, in a transaction.

    `before` is called in that transaction, before the revision's own statements; `after` when alembic_version has
    been changed, in the transaction that does. Raises what they and the revision raise.
    """
    directory = scripts(app)

    def steps(_heads: Any, context: MigrationContext) -> list[MigrationStep]:
        if context.connection is not connection:
            raise Refused(
                "env-connection",
                "Nothing was done: migrations/env.py opens a connection of its own, which nothing would protect. "
                'Let it run on config.attributes["connection"] when that is there.',
            )
        make = MigrationStep.upgrade_from_script if direction == "upgrade" else MigrationStep.downgrade_from_script
        step = make(directory.revision_map, directory.get_revision(revision))
        migrate = step.migration_fn

        def protected(**keywords: Any) -> None:
            before(connection)
            migrate(**keywords)

        step.migration_fn = protected
        # Alembic keeps what env.py has asked for in a tuple or a list.
        context.on_version_apply_callbacks = (*context.on_version_apply_callbacks, lambda **_: after(connection))
        return [step]

    with app.app_context():
        config.attributes["connection"] = connection
        with EnvironmentContext(config, directory, fn=steps):
            directory.run_env()
