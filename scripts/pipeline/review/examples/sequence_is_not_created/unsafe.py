"""Invoices are numbered."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e66"
down_revision = None


numbers = sa.Sequence("invoice_numbers")


def upgrade():
    op.create_table(  # found: sequence-is-not-created
        "invoices",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("number", sa.BigInteger(), server_default=numbers.next_value(), nullable=False),
    )


def downgrade():
    op.drop_table("invoices")
