"""The state goes, its type stays."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e27"
down_revision = None


def upgrade():
    op.drop_column("orders", "state")  # found: type-is-left-behind, drop-column


def downgrade():
    op.add_column("orders", sa.Column("state", sa.Enum("open", "sent", name="orderstate"), nullable=True))
