"""People have a phone."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e19"
down_revision = None


def upgrade():
    op.add_column("people", sa.Column("phone", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("people", "phone")
