"""Orders have a state."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e20"
down_revision = None


def upgrade():
    op.add_column("orders", sa.Column("state", sa.Enum("open", "sent", name="orderstate"), nullable=True))  # found: type-is-not-created
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.alter_column(  # found: type-is-not-created, alter-type-rewrites
            "kind",
            existing_type=sa.VARCHAR(),
            type_=sa.Enum("gift", "sale", name="orderkind"),
            postgresql_using="kind::orderkind",
        )


def downgrade():
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.Enum("gift", "sale", name="orderkind"), type_=sa.VARCHAR())  # found: alter-type-rewrites
    op.drop_column("orders", "state")
