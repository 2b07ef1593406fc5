"""Add a duration with a default for the rows that are there"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541ee"
down_revision = "400000000000"


def upgrade():
    op.add_column("videos", sa.Column("duration", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("videos", "duration", server_default=None)  # found: drop-server-default


def downgrade():
    op.drop_column("videos", "duration")
