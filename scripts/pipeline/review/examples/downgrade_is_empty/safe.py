"""Shelves, and the second half of a change: validating leaves nothing to undo."""

from alembic import op

revision = "1a2b3c4d5e08"
down_revision = None


def upgrade():
    op.execute("ALTER TABLE users VALIDATE CONSTRAINT users_shelf_fkey")
    op.execute("CREATE EXTENSION IF NOT EXISTS citext")


def downgrade():
    pass
