"""Invoices are numbered."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e68"
down_revision = None


def upgrade():
    op.execute("CREATE SEQUENCE invoice_numbers")
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("number", sa.BigInteger(), server_default=sa.text("nextval('invoice_numbers')"), nullable=False),
    )


def downgrade():
    op.drop_table("invoices")
    op.execute("DROP SEQUENCE invoice_numbers")
