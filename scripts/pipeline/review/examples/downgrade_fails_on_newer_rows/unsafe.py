"""A title may be missing"""

import sqlalchemy as sa
from alembic import op

revision = "555555554203"
down_revision = "400000000000"


def upgrade():
    op.alter_column("videos", "title", existing_type=sa.Text(), nullable=True)


def downgrade():
    op.alter_column(  # found: downgrade-fails-on-newer-rows, set-not-null-scans
        "videos",
        "title",
        existing_type=sa.Text(),
        nullable=False,
    )
