"""Drop the old title"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541d0"
down_revision = "400000000000"


def upgrade():
    op.drop_column("videos", "old_title")  # found: drop-column


def downgrade():
    op.add_column("videos", sa.Column("old_title", sa.Text(), nullable=True))
