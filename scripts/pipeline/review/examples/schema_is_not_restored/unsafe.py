"""100 is what it is without being said, and now it is said."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos SET (fillfactor = 70)")


def downgrade():  # found: schema-is-not-restored
    op.execute("ALTER TABLE videos SET (fillfactor = 100)")
