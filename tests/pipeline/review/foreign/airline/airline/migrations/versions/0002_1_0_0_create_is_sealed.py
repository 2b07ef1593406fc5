# Licensed to nobody in particular.
"""Create ``is_sealed``.

Revision ID: 1507a728aa2f
Revises: e3a2f6e0dc10
"""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1507a728aa2f"
down_revision = "e3a2f6e0dc10"
branch_labels = None
depends_on = None
airline_version = "1.0.0"


def upgrade():
    # first check if the user already has this done. Only the case for users on dev head.
    conn = op.get_bind()
    inspector = sa.inspect(conn)
    col_name = "is_sealed"
    if col_name in [column["name"] for column in inspector.get_columns("crossing")]:
        return
    op.add_column("crossing", sa.Column("is_sealed", sa.Boolean, unique=False, default=False))

    conn.execute(sa.table("crossing", sa.column("is_sealed")).update().values(is_sealed=False))


def downgrade():
    with op.batch_alter_table("crossing") as batch_op:
        batch_op.drop_column("is_sealed")
