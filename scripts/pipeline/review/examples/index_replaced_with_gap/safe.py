"""The new index stands before the old one goes, in the next revision."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_owner_id_id", "videos", ["owner_id", "id"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_owner_id_id", table_name="videos", postgresql_concurrently=True)
