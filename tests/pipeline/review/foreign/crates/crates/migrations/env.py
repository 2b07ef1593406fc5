import alembic_postgresql_enum  # noqa: F401
from alembic import context
from sqlalchemy import create_engine, pool, text

from crates import db

alembic_postgresql_enum.set_configuration(alembic_postgresql_enum.Config(drop_unused_enums=False))


def run_migrations_online():
    options = context.config.get_section(context.config.config_ini_section)
    engine = create_engine(options.pop("url"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 5000"))
        connection.execute(text("SET lock_timeout = 4000"))
        context.configure(connection=connection, target_metadata=db.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('alembic'))"))
            context.run_migrations()


run_migrations_online()
