"""Number the videos."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ADD COLUMN number bigserial")  # found: serial-column-rewrites
    op.add_column("posts", sa.Column("number", sa.Integer(), sa.Identity(), nullable=False))  # found: serial-column-rewrites


def downgrade():
    op.drop_column("posts", "number")
    op.drop_column("videos", "number")
