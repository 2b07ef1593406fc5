"""Index a part of the videos."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE UNIQUE INDEX IF NOT EXISTS ix_videos_slug ON app.videos (lower(slug)) WHERE slug <> ''")  # found: index-blocks-writes


def downgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS app.ix_videos_slug")
