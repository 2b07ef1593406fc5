"""orders: what autogenerate says of an enum in an existing table

Revision ID: c0ffee00aa02
Revises: c0ffee00aa01
"""
from alembic import op
import sqlalchemy as sa
import sqlmodel

revision = "c0ffee00aa02"
down_revision = "c0ffee00aa01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order", sa.Column("channel", sa.Enum("WEB", "PHONE", name="channel"), nullable=True))
    op.add_column("order", sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False))
    op.create_index(op.f("ix_order_channel"), "order", ["channel"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_order_channel"), table_name="order")
    op.drop_column("order", "total")
    op.drop_column("order", "channel")
