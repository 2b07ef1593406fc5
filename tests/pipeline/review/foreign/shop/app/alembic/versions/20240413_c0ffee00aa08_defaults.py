"""server defaults by function, and time zones

Revision ID: c0ffee00aa08
Revises: c0ffee00aa07
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "c0ffee00aa08"
down_revision = "c0ffee00aa07"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column(
        "order", "created_at",
        existing_type=pg.TIMESTAMP(),
        type_=sa.DateTime(timezone=True),
        existing_nullable=False,
        existing_server_default=sa.text("now()"),
        server_default=sa.func.timezone("utc", sa.func.now()),
        postgresql_using="created_at AT TIME ZONE 'UTC'",
    )
    op.alter_column("order", "note", existing_type=pg.JSON(astext_type=sa.Text()), type_=pg.JSONB(), server_default="{}")


def downgrade() -> None:
    op.alter_column("order", "note", type_=pg.JSON(), server_default=None)
    op.alter_column("order", "created_at", type_=pg.TIMESTAMP(), existing_nullable=False, server_default=sa.text("now()"))
