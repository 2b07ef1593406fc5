"""A new name takes a moment."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER INDEX ix_owner RENAME TO ix_videos_owner_id")


def downgrade():
    op.execute("ALTER INDEX ix_videos_owner_id RENAME TO ix_owner")
