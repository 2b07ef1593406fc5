"""Notes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1a2b3c4d5e45"
down_revision = None

TABLES = [name.lower() for name in ("Notes",)]


def upgrade() -> "Nothing":
    for table in TABLES:
        op.create_table(
            table,
            sa.Column("id", sa.Uuid(), primary_key=True),
            sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        )


def downgrade():
    for table in TABLES:
        op.drop_table(table)
