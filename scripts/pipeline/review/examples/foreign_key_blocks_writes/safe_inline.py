"""A new column that is NULL everywhere is not checked."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("posts", sa.Column("author_id", sa.Integer(), sa.ForeignKey("users.id")), inline_references=True)


def downgrade():
    op.drop_column("posts", "author_id")
