"""Each video has a title."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.alter_column("videos", "title", existing_type=sa.Text(), nullable=False)  # found: set-not-null-scans


def downgrade():
    op.alter_column("videos", "title", existing_type=sa.Text(), nullable=True)
