"""Indexes have the names of the convention."""

from alembic import op

revision = "1a2b3c4d5e36"
down_revision = None


def upgrade():
    op.execute("ALTER INDEX videos_channel RENAME TO ix_videos_channel_id")


def downgrade():
    op.execute("ALTER INDEX ix_videos_channel_id RENAME TO videos_channel")
