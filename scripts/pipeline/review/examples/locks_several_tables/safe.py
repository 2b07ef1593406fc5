"""One table twice."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("note", sa.Text()))
    op.add_column("videos", sa.Column("remark", sa.Text()))


def downgrade():
    op.drop_column("videos", "remark")
    op.drop_column("videos", "note")
