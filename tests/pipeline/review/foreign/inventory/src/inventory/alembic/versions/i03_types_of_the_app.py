"""Types of the application, without and with import."""
import sqlalchemy as sa
from alembic import op

import inventory.types
from inventory.types import UtcDateTime

revision = "i03"
down_revision = "i02"


def upgrade():
    op.add_column("box", sa.Column("seen", UtcDateTime(timezone=True), nullable=True))
    op.add_column("box", sa.Column("price", inventory.types.Money("EUR", digits=2)))
    op.add_column("box", sa.Column("size", types.Size()))


def downgrade():
    op.drop_column("box", "size")
    op.drop_column("box", "price")
    op.drop_column("box", "seen")
