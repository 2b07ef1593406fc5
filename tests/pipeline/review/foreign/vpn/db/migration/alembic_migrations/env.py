from alembic import context
from sqlalchemy import event

from vpn.db.migration.models import head
from vpn.db import autogen, cli

config = context.config
target_metadata = head.get_metadata()


@event.listens_for(target_metadata, "after_parent_attach")
def set_engine(target, parent):
    parent.kwargs.setdefault("mysql_engine", "InnoDB")


def run_migrations_online():
    engine = cli.engine_of(config.vpn_config)
    connection = engine.connect()
    context.configure(connection=connection, target_metadata=target_metadata,
                      process_revision_directives=autogen.process_revision_directives)
    with context.begin_transaction():
        context.run_migrations()
    connection.close()


run_migrations_online()
