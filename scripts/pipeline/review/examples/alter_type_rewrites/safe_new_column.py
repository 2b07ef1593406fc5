"""The code writes both columns until a later revision drops the old one."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("views_new", sa.BigInteger()))


def downgrade():
    op.drop_column("videos", "views_new")
