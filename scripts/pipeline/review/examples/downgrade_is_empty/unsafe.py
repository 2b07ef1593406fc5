"""Users may have a nickname."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e06"
down_revision = None


def upgrade():
    op.add_column("users", sa.Column("nickname", sa.Text(), nullable=True))


def downgrade():  # found: downgrade-is-empty
    pass
