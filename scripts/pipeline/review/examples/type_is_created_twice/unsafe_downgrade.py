"""The table goes, its type stays, and the downgrade would make it once more."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e28"
down_revision = None


def upgrade():
    op.drop_table("orders")  # found: drop-table


def downgrade():
    op.create_table(  # found: type-is-created-twice
        "orders",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("state", sa.Enum("open", "sent", name="orderstate"), nullable=False),
    )
