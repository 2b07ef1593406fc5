"""Collect in a table of our own what is moved, and put it away again"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541d6"
down_revision = "400000000000"


def upgrade():
    op.create_table("moved", sa.Column("video_id", sa.Integer(), nullable=False))
    op.execute("INSERT INTO moved SELECT id FROM videos WHERE channel_id IS NULL")
    op.drop_table("moved")


def downgrade():
    pass
