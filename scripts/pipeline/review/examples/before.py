"""What is there before: videos, with rows."""

import sqlalchemy as sa
from alembic import op

revision = "1a00000000a0"
down_revision = None


def upgrade():
    op.create_table(
        "videos",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("details", sa.JSON()),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("videos")
