"""Orders, with a state."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e25"
down_revision = None


def upgrade():
    op.create_table(  # found: type-is-left-behind
        "orders",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("state", sa.Enum("open", "sent", name="orderstate"), nullable=False),
    )


def downgrade():
    op.drop_table("orders")
