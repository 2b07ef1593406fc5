"""Room for more than two thousand million."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.alter_column("videos", "views", existing_type=sa.Integer(), type_=sa.BigInteger())  # found: alter-type-rewrites


def downgrade():
    op.alter_column("videos", "views", existing_type=sa.BigInteger(), type_=sa.Integer())  # found: alter-type-rewrites
