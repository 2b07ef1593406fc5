"""Drop an index that nobody needs."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.drop_index("ix_videos_owner_id", table_name="videos")  # found: drop-index-blocks-reads


def downgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_owner_id", "videos", ["owner_id"], postgresql_concurrently=True)
