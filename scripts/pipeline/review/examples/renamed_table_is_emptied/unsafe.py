"""Channels were called feeds."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e33"
down_revision = None


def upgrade():
    op.create_table(
        "channels",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.drop_table("feeds")  # found: renamed-table-is-emptied


def downgrade():
    op.create_table(
        "feeds",
        sa.Column("id", sa.BIGINT(), autoincrement=True, nullable=False),
        sa.Column("title", sa.TEXT(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name="feeds_pkey"),
    )
    op.drop_table("channels")
