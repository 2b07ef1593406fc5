"""The state goes; the downgrade brings the column back and forgets its type."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e22"
down_revision = None


def upgrade():
    op.drop_column("orders", "state")  # found: drop-column
    op.execute("DROP TYPE orderstate")


def downgrade():
    op.add_column("orders", sa.Column("state", sa.Enum("open", "sent", name="orderstate"), nullable=True))  # found: type-is-not-created
