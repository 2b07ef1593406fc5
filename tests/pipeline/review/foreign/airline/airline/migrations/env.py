from __future__ import annotations

import contextlib
import sys
from logging.config import fileConfig

from alembic import context

from airline import models, settings

config = context.config
if not sys.modules.get("pytest"):
    fileConfig(config.config_file_name, disable_existing_loggers=False)
target_metadata = models.base.Base.metadata


def include_object(_, name, type_, *args):
    return not (type_ == "table" and name.startswith("_airline_moved__"))


def run_migrations_online():
    with contextlib.ExitStack() as stack:
        connection = stack.push(settings.engine.connect())
        context.configure(connection=connection, transaction_per_migration=True, target_metadata=target_metadata,
                          include_object=include_object, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
