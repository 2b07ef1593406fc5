"""A domain that checks."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE DOMAIN positive AS int CHECK (VALUE > 0)")
    op.execute("ALTER TABLE videos ADD COLUMN seconds positive")  # found: domain-column-rewrites


def downgrade():
    op.drop_column("videos", "seconds")
    op.execute("DROP DOMAIN positive")
