"""Validated in a revision of its own."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos VALIDATE CONSTRAINT ck_videos_seconds")


def downgrade():
    pass
