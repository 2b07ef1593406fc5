"""No pass at all."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.alter_column("videos", "title", existing_type=sa.String(50), type_=sa.String(200))
    op.alter_column("videos", "views", existing_type=sa.Integer(), server_default="0")


def downgrade():
    op.alter_column("videos", "views", existing_type=sa.Integer(), server_default=None)
