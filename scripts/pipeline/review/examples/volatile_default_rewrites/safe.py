"""The default is for new rows; the old ones are filled outside of the revisions."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("key", sa.Uuid()))
    op.alter_column("videos", "key", server_default=sa.text("gen_random_uuid()"))
    op.add_column("videos", sa.Column("seen", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False))


def downgrade():
    op.drop_column("videos", "seen")
    op.drop_column("videos", "key")
