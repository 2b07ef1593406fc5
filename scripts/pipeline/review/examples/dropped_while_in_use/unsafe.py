"""Orders have lines and a state."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e54"
down_revision = None


def upgrade():
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("state", sa.Enum("open", "sent", name="orderstate"), nullable=False),
    )
    op.create_table(
        "lines",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("order_id", sa.BigInteger(), sa.ForeignKey("orders.id"), nullable=False),
    )


def downgrade():
    op.execute("DROP TYPE orderstate")  # found: dropped-while-in-use
    op.drop_table("orders")  # found: dropped-while-in-use
    op.drop_table("lines")
