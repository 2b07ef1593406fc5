"""Orders have a state."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e21"
down_revision = None


order_state = sa.Enum("open", "sent", name="orderstate")


def upgrade():
    order_state.create(op.get_bind())
    op.add_column("orders", sa.Column("state", order_state, nullable=True))


def downgrade():
    op.drop_column("orders", "state")
    order_state.drop(op.get_bind())
