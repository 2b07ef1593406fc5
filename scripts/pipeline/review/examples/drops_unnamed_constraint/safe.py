"""Orders belong to customers."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e03"
down_revision = None


def upgrade():
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))


def downgrade():
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_column("note")
