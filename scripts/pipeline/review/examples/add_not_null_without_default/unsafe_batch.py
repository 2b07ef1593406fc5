"""Add a duration, with a default that only Python knows"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541e3"
down_revision = "400000000000"


def upgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.add_column(  # found: add-not-null-without-default
            sa.Column("duration", sa.Integer(), default=0, nullable=False),
        )


def downgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.drop_column("duration")
