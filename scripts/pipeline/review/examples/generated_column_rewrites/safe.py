"""Compute it when it is read (PostgreSQL 18)."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ADD COLUMN folded text GENERATED ALWAYS AS (lower(title)) VIRTUAL")


def downgrade():
    op.drop_column("videos", "folded")
