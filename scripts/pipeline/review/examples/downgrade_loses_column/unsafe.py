"""Add a duration"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541dd"
down_revision = "400000000000"


def upgrade():
    op.add_column("videos", sa.Column("duration", sa.Integer(), nullable=True))


def downgrade():
    op.drop_column("videos", "duration")  # found: downgrade-loses-column
