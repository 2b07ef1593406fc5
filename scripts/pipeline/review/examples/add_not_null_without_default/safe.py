"""Add a duration and a state"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541e5"
down_revision = "400000000000"


def upgrade():
    op.add_column("videos", sa.Column("duration", sa.Integer(), server_default="0", nullable=False))
    op.add_column("videos", sa.Column("state", sa.Text(), nullable=True))
    op.create_table("drafts", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.add_column("drafts", sa.Column("title", sa.Text(), nullable=False))


def downgrade():
    op.drop_table("drafts")
    op.drop_column("videos", "state")
    op.drop_column("videos", "duration")
