"""The autocommit block begins the transaction again afterwards."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY ix_videos_owner_id ON videos (owner_id)")


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_owner_id", table_name="videos", postgresql_concurrently=True)
