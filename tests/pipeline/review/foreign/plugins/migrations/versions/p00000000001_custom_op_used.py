"""A view by an operation of our own."""
from alembic import op

from plugins.replaceable import ReplaceableObject

revision = "p00000000001"
down_revision = None

customer_view = ReplaceableObject("customer_view", "SELECT name, order_count FROM customer WHERE order_count > 0")


def upgrade():
    op.create_view(customer_view)


def downgrade():
    op.drop_view(customer_view)
