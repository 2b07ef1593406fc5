# Licensed to nobody in particular under one or more contributor license agreements.
# See the NOTICE file distributed with this work for additional information.
"""Current schema, for those who come from before revisions.

Revision ID: e3a2f6e0dc10
Revises:
Create Date: 2015-08-18 16:35:00.883495
"""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import func

from airline.compat import table_has_constraint
from airline.migrations.db_types import StringID

# revision identifiers, used by Alembic.
revision = "e3a2f6e0dc10"
down_revision = None
branch_labels = None
depends_on = None
airline_version = "1.0.0"


def upgrade():
    conn = op.get_bind()
    inspector = sa.inspect(conn)
    tables = inspector.get_table_names()

    if "crossing" not in tables:
        op.create_table(
            "crossing",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("crossing_id", StringID(), nullable=True),
            sa.Column("kind", sa.String(length=500), nullable=True),
            sa.Column("port", sa.Integer(), nullable=True),
            sa.PrimaryKeyConstraint("id"),
        )
    if "flight" not in tables:
        op.create_table(
            "flight",
            sa.Column("flight_id", StringID(), nullable=False),
            sa.Column("is_paused", sa.Boolean(), nullable=True),
            sa.Column("seen_at", sa.DateTime(), server_default=func.now(), nullable=True),
            sa.PrimaryKeyConstraint("flight_id"),
        )
    if "leg" not in tables:
        op.create_table(
            "leg",
            sa.Column("leg_id", StringID(), nullable=False),
            sa.Column("flight_id", StringID(), nullable=False),
            sa.Column("departs_at", sa.DateTime(), nullable=False),
            sa.Column("state", sa.String(length=20), nullable=True),
            sa.PrimaryKeyConstraint("leg_id", "flight_id", "departs_at"),
        )


def downgrade():
    for name in ("crossing", "flight", "leg"):
        op.drop_table(name)
