"""Alone in its revision: both tables are locked for a moment."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.drop_constraint("posts_video_id_fkey", "posts", type_="foreignkey")


def downgrade():
    op.create_foreign_key("posts_video_id_fkey", "posts", "videos", ["video_id"], ["id"], postgresql_not_valid=True)
