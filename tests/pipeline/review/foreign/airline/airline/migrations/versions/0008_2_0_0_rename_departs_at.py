#
# Licensed to nobody in particular.
"""
Rename departs_at to leaves_at.

The column has been renamed, although the Python model is not changed.
"""
from __future__ import annotations

from alembic import op

from airline.migrations.db_types import TIMESTAMP

revision = "1cdc775caaaa"
down_revision = "05f30312aaaa"
branch_labels = None
depends_on = None
airline_version = "2.0.0"


def upgrade():
    with op.batch_alter_table("leg", schema=None) as batch_op:
        batch_op.alter_column(
            "departs_at",
            new_column_name="leaves_at",
            existing_type=TIMESTAMP(timezone=True),
            existing_nullable=False,
        )
    with op.batch_alter_table("flight", schema=None) as batch_op:
        batch_op.create_unique_constraint("flight_crew_key", columns=["flight_id", "seen_at"])


def downgrade():
    with op.batch_alter_table("flight", schema=None) as batch_op:
        batch_op.drop_constraint("flight_crew_key", type_="unique")
    with op.batch_alter_table("leg", schema=None) as batch_op:
        batch_op.alter_column(
            "leaves_at",
            new_column_name="departs_at",
            existing_type=TIMESTAMP(timezone=True),
            existing_nullable=False,
        )
