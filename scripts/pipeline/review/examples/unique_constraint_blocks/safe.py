"""The index has been built CONCURRENTLY by the revision before."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ADD CONSTRAINT uq_videos_slug UNIQUE USING INDEX uq_videos_slug")


def downgrade():
    op.drop_constraint("uq_videos_slug", "videos", type_="unique")
