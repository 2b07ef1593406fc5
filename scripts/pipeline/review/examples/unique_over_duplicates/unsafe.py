"""Give every video a slug"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541f6"
down_revision = "400000000000"


def upgrade():
    op.add_column("videos", sa.Column("slug", sa.Text(), server_default="", nullable=False))  # found: autocommit-splits-revision
    with op.get_context().autocommit_block():
        op.create_index(  # found: unique-over-duplicates
            "ix_videos_slug",
            "videos",
            ["slug"],
            unique=True,
            postgresql_concurrently=True,
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_slug", table_name="videos", postgresql_concurrently=True)  # found: autocommit-splits-revision
    op.drop_column("videos", "slug")
