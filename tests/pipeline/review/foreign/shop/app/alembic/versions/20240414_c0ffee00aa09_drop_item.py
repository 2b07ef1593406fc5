"""drop items

Revision ID: c0ffee00aa09
Revises: c0ffee00aa08
"""
from alembic import op

revision = "c0ffee00aa09"
down_revision = "c0ffee00aa08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("item")


def downgrade() -> None:
    raise NotImplementedError("Restore from the backup.")
