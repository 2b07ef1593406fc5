"""Videos have a title; it was called name."""

from alembic import op

revision = "1a2b3c4d5e31"
down_revision = None


def upgrade():
    op.execute("ALTER TABLE videos ADD COLUMN heading text, DROP COLUMN caption")  # found: renamed-column-is-emptied, drop-column


def downgrade():
    op.execute("ALTER TABLE videos ADD COLUMN caption text, DROP COLUMN heading")
