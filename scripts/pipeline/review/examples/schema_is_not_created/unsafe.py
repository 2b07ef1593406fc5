"""Invoices have a schema of their own."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e64"
down_revision = None


def upgrade():
    op.create_table("invoices", sa.Column("id", sa.BigInteger(), primary_key=True), schema="billing")  # found: schema-is-not-created


def downgrade():
    op.drop_table("invoices", schema="billing")
