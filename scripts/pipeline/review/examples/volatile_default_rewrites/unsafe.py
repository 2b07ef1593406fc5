"""Each video gets a public key."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("key", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False))  # found: volatile-default-rewrites


def downgrade():
    op.drop_column("videos", "key")
