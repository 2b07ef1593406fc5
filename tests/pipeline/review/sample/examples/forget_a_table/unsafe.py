"""Nobody asked for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "000000000002"
down_revision: str | None = "000000000001"
irreversible = None

TABLE = "videos"


def upgrade() -> None:
    op.drop_table(TABLE)  # found: forget-a-table


def downgrade() -> None:
    op.create_table(TABLE, sa.Column("id", sa.Integer(), primary_key=True))
