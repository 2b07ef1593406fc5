"""The new column comes beside the old one, which goes in a later pull request, when its values are copied."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e32"
down_revision = None


def upgrade():
    op.add_column("videos", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("channels", sa.Column("full_name", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("channels", "full_name")
    op.drop_column("videos", "published_at")
