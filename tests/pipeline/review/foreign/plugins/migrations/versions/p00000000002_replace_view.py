"""Replace it, naming what it was."""
from alembic import op
import sqlalchemy as sa
from plugins.replaceable import ReplaceableObject

revision = "p00000000002"
down_revision = "p00000000001"

customer_view = ReplaceableObject(
    "customer_view",
    "SELECT name, order_count, email "
    "FROM customer WHERE order_count > 0"
)


def upgrade():
    op.add_column("customer", sa.Column("email", sa.String()))
    op.replace_view(customer_view, replaces="p00000000001.customer_view")


def downgrade():
    op.replace_view(customer_view, replace_with="p00000000001.customer_view")
    op.drop_column("customer", "email")
