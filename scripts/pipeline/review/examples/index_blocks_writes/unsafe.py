"""Index the owner of a video."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.create_index("ix_videos_owner_id", "videos", ["owner_id"])  # found: index-blocks-writes


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_owner_id", table_name="videos", postgresql_concurrently=True)
