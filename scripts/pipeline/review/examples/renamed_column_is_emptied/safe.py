"""A column of another type, and one whose values are taken along, are no renames."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e32"
down_revision = None


def upgrade():
    op.add_column("videos", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("channels", sa.Column("full_name", sa.Text(), nullable=True))
    op.execute("UPDATE channels SET full_name = name")


def downgrade():
    op.drop_column("channels", "full_name")
    op.drop_column("videos", "published_at")
