from alembic import context
from flask import current_app
from flask_appbuilder import Base

config = context.config
target_metadata = Base.metadata


def print_duration(**kw):
    print("Migration scripts completed.", kw.get("step"))


with current_app.extensions["db"].engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata, on_version_apply=print_duration)
    with context.begin_transaction():
        context.run_migrations()
