"""Everybody gets a handle."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision: str = "1a2b3c4d5e41"
down_revision: str | Sequence[str] | None = None

users = sa.table("users", sa.column("handle"))


def upgrade():
    op.create_table(
        "places",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("at", Geometry("POINT"), nullable=True),
        sa.Column("key", sa.Uuid(), nullable=True, server_default=sa.text(f"'{uuid.UUID(int=0)}'")),
    )


def downgrade():
    op.drop_table("places")
