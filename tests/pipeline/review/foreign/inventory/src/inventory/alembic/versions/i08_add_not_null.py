"""A column that must have a value, and a Python default that does not help."""
import sqlalchemy as sa
from alembic import op

revision = "i08"
down_revision = "i07"


def upgrade():
    op.add_column("box", sa.Column("fragile", sa.Boolean(), nullable=False, default=False))
    op.add_column("box", sa.Column("stock", sa.Integer(), nullable=False, server_default="0"))


def downgrade():
    op.drop_column("box", "stock")
    op.drop_column("box", "fragile")
