"""Only the name changes."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_owner")  # found: index-replaced-with-gap
        op.execute("CREATE INDEX CONCURRENTLY ix_videos_owner_id ON videos (owner_id)")


def downgrade():
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY ix_owner ON videos (owner_id)")  # found: autocommit-splits-revision
        op.execute("DROP INDEX CONCURRENTLY ix_videos_owner_id")
