"""add UUIDs to models, by a mixin in the file

Revision ID: b5a422d8eaaa
Revises: 8ee129739aaa
"""

revision = "b5a422d8eaaa"
down_revision = "8ee129739aaa"

import time
from json.decoder import JSONDecodeError
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy_utils import UUIDType

Base = declarative_base()


class ImportMixin:
    id = sa.Column(sa.Integer, primary_key=True)
    uuid = sa.Column(UUIDType(binary=True), primary_key=False, default=uuid4)


table_names = ["dbs", "boards", "slices", "sql_metrics", "tables"]
models = {table_name: type(table_name, (Base, ImportMixin), {"__tablename__": table_name}) for table_name in table_names}

uuid_by_dialect = {
    MySQLDialect: """UNHEX(REPLACE(CONVERT(UUID() using utf8mb4), '-', ''))""",
    PGDialect: """uuid_in(md5(random()::text || clock_timestamp()::text)::cstring)""",
}


def add_uuids(model, session, batch_size=1000):
    """Populate columns with pre-computed UUIDs"""
    bind = op.get_bind()
    objects_query = session.query(model)
    count = objects_query.count()

    # silently skip if the table is empty (suitable for db initialization)
    if count == 0:
        return
    print(f"\nAdding uuids for `{model.__tablename__}`...")
    start_time = time.time()

    # Use dialect specific native SQL queries if possible
    for dialect, sql in uuid_by_dialect.items():
        if isinstance(bind.dialect, dialect):
            op.execute(f"UPDATE {model.__tablename__} SET uuid = {sql}")
            print(f"Done. Assigned {count} uuids in {time.time() - start_time:.3f}s.\n")
            return


def upgrade():
    bind = op.get_bind()
    session = sa.orm.Session(bind=bind)

    for table_name, model in models.items():
        with op.batch_alter_table(table_name) as batch_op:
            batch_op.add_column(sa.Column("uuid", UUIDType(binary=True), primary_key=False, default=uuid4))
        add_uuids(model, session)
        # add uniqueness constraint
        with op.batch_alter_table(table_name) as batch_op:
            # batch mode is required for sqlite
            batch_op.create_unique_constraint(f"uq_{table_name}_uuid", ["uuid"])


def downgrade():
    for table_name, model in models.items():
        # remove uuid column
        with op.batch_alter_table(table_name, schema=None) as batch_op:
            batch_op.drop_constraint(f"uq_{table_name}_uuid", type_="unique")
            batch_op.drop_column("uuid")
