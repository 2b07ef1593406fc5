"""A name that nobody has spelled before the server reads it."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ANALYZE videos (titel)")  # found: fails-when-run


def downgrade():
    pass
