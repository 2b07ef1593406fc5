"""Vouchers: what is inside a new table goes with it."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e05"
down_revision = None


def upgrade():
    op.create_table(
        "vouchers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id"),
    )


def downgrade():
    op.drop_table("vouchers")
