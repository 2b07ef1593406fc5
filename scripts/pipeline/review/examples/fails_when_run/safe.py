"""The column is called title."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ANALYZE videos (title)")


def downgrade():
    pass
