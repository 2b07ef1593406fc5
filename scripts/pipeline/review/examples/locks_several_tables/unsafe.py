"""Two tables at once."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.add_column("videos", sa.Column("note", sa.Text()))
    op.add_column("posts", sa.Column("note", sa.Text()))  # found: locks-several-tables


def downgrade():
    op.drop_column("posts", "note")
    op.drop_column("videos", "note")  # found: locks-several-tables
