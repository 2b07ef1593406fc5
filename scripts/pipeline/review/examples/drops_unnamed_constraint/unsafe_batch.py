"""Orders belong to customers."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e02"
down_revision = None


def upgrade():
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("customer_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(None, "customers", ["customer_id"], ["id"])  # found: unnamed-constraint, foreign-key-blocks-writes


def downgrade():
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_constraint(None, type_="foreignkey")  # found: drops-unnamed-constraint
        batch_op.drop_column("customer_id")
