"""Videos are found by their language, which the revision before added."""

from alembic import op

revision = "1a2b3c4d5e63"
down_revision = None


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_language", "videos", ["language"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_language", table_name="videos", postgresql_concurrently=True)
