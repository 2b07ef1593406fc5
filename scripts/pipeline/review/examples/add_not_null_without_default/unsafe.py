"""Add a duration"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541e2"
down_revision = "400000000000"


def upgrade():
    op.add_column(  # found: add-not-null-without-default
        "videos",
        sa.Column("duration", sa.Integer(), nullable=False),
    )


def downgrade():
    op.drop_column("videos", "duration")
