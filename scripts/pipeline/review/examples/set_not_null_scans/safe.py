"""Proved by a CHECK that an earlier revision added as NOT VALID."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos VALIDATE CONSTRAINT videos_title_not_null")
    op.alter_column("videos", "title", nullable=False)
    op.drop_constraint("videos_title_not_null", "videos", type_="check")


def downgrade():
    op.alter_column("videos", "title", nullable=True)
    op.execute("ALTER TABLE videos ADD CONSTRAINT videos_title_not_null CHECK (title IS NOT NULL) NOT VALID")
