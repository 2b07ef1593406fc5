"""The downgrade says where the key leads."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.drop_constraint("posts_video_id_fkey", "posts", type_="foreignkey")  # found: drop-foreign-key-locks-parent
    op.add_column("channels", sa.Column("note", sa.Text()))


def downgrade():
    op.drop_column("channels", "note")
    op.create_foreign_key("posts_video_id_fkey", "posts", "videos", ["video_id"], ["id"], postgresql_not_valid=True)
