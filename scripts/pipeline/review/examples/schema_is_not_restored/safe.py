"""RESET takes it away."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos SET (fillfactor = 70)")


def downgrade():
    op.execute("ALTER TABLE videos RESET (fillfactor)")
