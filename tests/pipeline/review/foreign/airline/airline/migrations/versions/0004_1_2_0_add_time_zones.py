# Licensed to nobody in particular.
"""Add time zone awareness."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0e2a74e0ff9a"
down_revision = "52d714495aa0"
branch_labels = None
depends_on = None
airline_version = "1.2.0"


def upgrade():
    conn = op.get_bind()
    if conn.dialect.name == "mysql":
        conn.execute("SET time_zone = '+00:00'")
        cur = conn.execute("SELECT @@explicit_defaults_for_timestamp")
        res = cur.fetchall()
        if res[0][0] == 0:
            raise Exception("Global variable explicit_defaults_for_timestamp needs to be on (1) for mysql")
        op.alter_column(table_name="leg", column_name="departs_at", type_=mysql.TIMESTAMP(fsp=6), nullable=False)
        op.alter_column(table_name="flight", column_name="seen_at", type_=mysql.TIMESTAMP(fsp=6))
    else:
        # sqlite and mssql datetime are fine as is.  Therefore, not converting
        if conn.dialect.name in ("sqlite", "mssql"):
            return
        # we try to be database agnostic, but not every db supports per session time zones
        if conn.dialect.name == "postgresql":
            conn.execute("set timezone=UTC")
        op.alter_column(
            table_name="leg",
            column_name="departs_at",
            type_=sa.TIMESTAMP(timezone=True),
            nullable=False,
        )
        op.alter_column(table_name="flight", column_name="seen_at", type_=sa.TIMESTAMP(timezone=True))


def downgrade():
    conn = op.get_bind()
    if conn.dialect.name == "mysql":
        conn.execute("SET time_zone = '+00:00'")
        op.alter_column(table_name="flight", column_name="seen_at", type_=mysql.DATETIME(fsp=6))
    else:
        if conn.dialect.name in ("sqlite", "mssql"):
            return
        if conn.dialect.name == "postgresql":
            conn.execute("set timezone=UTC")
        op.alter_column(table_name="flight", column_name="seen_at", type_=sa.DateTime())
