"""If the index fails, the column is there and the revision is not."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("owner_id", sa.Integer()))  # found: autocommit-splits-revision
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_owner_id", "videos", ["owner_id"], postgresql_concurrently=True)


def downgrade():
    op.drop_column("videos", "owner_id")
