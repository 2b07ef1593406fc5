"""No video is shorter than nothing."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.create_check_constraint("ck_videos_seconds", "videos", "seconds >= 0")  # found: check-blocks-reads-and-writes


def downgrade():
    op.drop_constraint("ck_videos_seconds", "videos", type_="check")
