"""Videos have a title; it was called name."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e30"
down_revision = None


def upgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.add_column(sa.Column("video_title", sa.String(length=100), nullable=True))
        batch_op.drop_column("title")  # found: renamed-column-is-emptied


def downgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.VARCHAR(length=100), autoincrement=False, nullable=True))
        batch_op.drop_column("video_title")
