"""Add crew tables."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "9fc3fc5de720"
down_revision = "5f57a45b8433"
branch_labels = None
depends_on = None
airline_version = "3.2.0"


def upgrade():
    op.create_table(
        "crew",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("crew_pkey")),
    )
    with op.batch_alter_table("crew", schema=None) as batch_op:
        batch_op.create_index("idx_crew_name", ["name"], unique=True)


def downgrade():
    with op.batch_alter_table("crew", schema=None) as batch_op:
        batch_op.drop_index("idx_crew_name")
    op.drop_table("crew")
