"""soft delete for everything that has an owner

Revision ID: c0ffee00aa07
Revises: c0ffee00aa06
"""
import sqlalchemy as sa
from alembic import op

revision = "c0ffee00aa07"
down_revision = "c0ffee00aa06"
branch_labels = None
depends_on = None

TABLES: tuple[str, ...] = ("item", "order", "place")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        op.create_index(
            f"ix_{table}_alive", table, ["id"], unique=False, postgresql_where=sa.text("deleted_at IS NULL")
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_index(f"ix_{table}_alive", table_name=table)
        op.drop_column(table, "deleted_at")
