"""A new column beside the old one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("facts", postgresql.JSONB()))


def downgrade():
    op.drop_column("videos", "facts")
