"""
Without this file Alembic would not know the database, the models, or how careful to be with them.

Nothing here runs a statement before Alembic begins its transaction, and nothing configures logging where
somebody has: the stock file's `fileConfig` silences every logger of a warm Lambda container.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from alembic import context
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.replaceable_entity import register_entities
from flask import current_app
from sqlalchemy import Connection

from yt_pubsub_handler.database import Model
from yt_pubsub_handler.database_objects import ENTITIES
from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.settings import settings_of

# Does nothing where the root logger has a handler, as on Lambda and in tests: it is for the `flask` command.
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
logger = logging.getLogger("alembic.env")

config = context.config

# By type, or autogenerate would want to drop the views that extensions like pg_stat_statements bring along.
register_entities(ENTITIES, entity_types=[PGFunction, PGTrigger])


def drop_empty_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """`flask db migrate` without a change in the models writes no file."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()
        logger.info("No changes in schema detected.")


OPTIONS: dict[str, Any] = {
    "compare_type": True,
    "compare_server_default": True,
    **current_app.extensions["migrate"].configure_args,
    "target_metadata": Model.metadata,
    # Each revision that is done stays done, and is recorded with what it changed.
    "transaction_per_migration": True,
    "process_revision_directives": drop_empty_revision,
}


def print_sql() -> None:
    """Write the statements of `--sql` without a connection."""
    context.configure(dialect_name="postgresql", literal_binds=True, dialect_opts={"paramstyle": "named"}, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def change_database() -> None:
    """Run on the connection that the engine hands in, else, for the `flask` command, on one of our own."""
    given: Connection | None = config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    with migration_engine(settings_of(current_app)).connect() as connection:
        run_on(connection)


def run_on(connection: Connection) -> None:
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_sql()
else:
    change_database()
