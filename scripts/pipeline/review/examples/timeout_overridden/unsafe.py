"""Wait for as long as it takes."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("SET lock_timeout = 0")  # found: timeout-overridden
    op.execute("SELECT set_config('statement_timeout', '0', true)")  # found: timeout-overridden
    op.add_column("videos", sa.Column("owner_id", sa.Integer()))


def downgrade():
    op.drop_column("videos", "owner_id")
