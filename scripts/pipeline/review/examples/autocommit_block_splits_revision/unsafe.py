"""Videos have a language and are found by it."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e62"
down_revision = None


def upgrade():
    op.add_column("videos", sa.Column("language", sa.Text(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_language", "videos", ["language"], postgresql_concurrently=True)  # found: autocommit-block-splits-revision


def downgrade():
    op.drop_column("videos", "language")
