"""A lock that stops nobody."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("LOCK TABLE videos IN ROW EXCLUSIVE MODE")


def downgrade():
    pass
