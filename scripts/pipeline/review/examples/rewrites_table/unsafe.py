"""Copy a table."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CLUSTER videos USING videos_pkey")  # found: rewrites-table
    op.execute("ALTER TABLE videos SET UNLOGGED")  # found: rewrites-table


def downgrade():
    op.execute("ALTER TABLE videos SET LOGGED")  # found: rewrites-table
