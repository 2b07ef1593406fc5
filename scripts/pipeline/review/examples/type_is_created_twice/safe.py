"""Orders and parcels have the same states; Alembic remembers the type within a run."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e24"
down_revision = None


def upgrade():
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("state", sa.Enum("open", "sent", name="state"), nullable=False),
    )
    op.create_table(
        "parcels",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("state", sa.Enum("open", "sent", name="state"), nullable=False),
    )


def downgrade():
    op.drop_table("parcels")
    op.drop_table("orders")
    sa.Enum(name="state").drop(op.get_bind())
