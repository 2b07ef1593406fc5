"""Orders, with a state."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e23"
down_revision = None


order_state = sa.Enum("open", "sent", name="orderstate")


def upgrade():
    order_state.create(op.get_bind(), checkfirst=True)
    op.create_table(  # found: type-is-created-twice
        "orders",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("state", order_state, nullable=False),
    )


def downgrade():
    op.drop_table("orders")
    order_state.drop(op.get_bind())
