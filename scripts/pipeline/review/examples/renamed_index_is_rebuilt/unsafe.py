"""Indexes have the names of the convention."""

from alembic import op

revision = "1a2b3c4d5e35"
down_revision = None


def upgrade():
    op.drop_index("videos_channel", table_name="videos")  # found: renamed-index-is-rebuilt
    op.create_index(op.f("ix_videos_channel_id"), "videos", ["channel_id"], unique=False)  # found: index-blocks-writes


def downgrade():
    with op.batch_alter_table("videos") as batch_op:
        batch_op.drop_index(op.f("ix_videos_channel_id"))  # found: renamed-index-is-rebuilt
        batch_op.create_index("videos_channel", ["channel_id"], unique=False)  # found: index-blocks-writes
