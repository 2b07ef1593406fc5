"""Channels were called feeds."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e34"
down_revision = None


def upgrade():
    op.create_table(
        "channels",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute("INSERT INTO channels SELECT id, title, seen_at FROM feeds")


def downgrade():
    op.drop_table("channels")
