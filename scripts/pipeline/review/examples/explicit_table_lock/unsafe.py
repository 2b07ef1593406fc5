"""Keep everybody away."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("LOCK TABLE videos IN SHARE MODE")  # found: explicit-table-lock


def downgrade():
    pass
