"""Store the title in lower case."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("folded", sa.Text(), sa.Computed("lower(title)", persisted=True)))  # found: generated-column-rewrites


def downgrade():
    op.drop_column("videos", "folded")
