"""The way back is a way through production."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_owner_id", "videos", ["owner_id"], postgresql_concurrently=True)


def downgrade():
    op.execute("DROP INDEX IF EXISTS ix_videos_owner_id")  # found: drop-index-blocks-reads
