"""An index with one more column, as autogenerate writes it."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.drop_index("ix_videos_owner_id", table_name="videos")  # found: index-replaced-with-gap, drop-index-blocks-reads
    op.create_index("ix_videos_owner_id", "videos", ["owner_id", "id"])  # found: index-blocks-writes


def downgrade():
    op.drop_index("ix_videos_owner_id", table_name="videos")  # found: index-replaced-with-gap, drop-index-blocks-reads
    op.create_index("ix_videos_owner_id", "videos", ["owner_id"])  # found: index-blocks-writes
