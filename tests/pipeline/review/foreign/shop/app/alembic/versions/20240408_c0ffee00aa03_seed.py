"""seed categories

Revision ID: c0ffee00aa03
Revises: c0ffee00aa02
"""
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "c0ffee00aa03"
down_revision = "c0ffee00aa02"
branch_labels = None
depends_on = None

categories = sa.table(
    "category",
    sa.column("id", sa.Uuid),
    sa.column("name", sa.String),
    sa.column("color", sa.String),
    sa.column("created_at", sa.DateTime(timezone=True)),
)

DEFAULTS: list[dict[str, str]] = [
    {"name": "Tea", "color": "#5B4BDB"},
    {"name": "Coffee", "color": "#7B6CF0"},
]


def upgrade() -> None:
    now = datetime.now(UTC)
    op.bulk_insert(categories, [{"id": uuid4(), "created_at": now, **c} for c in DEFAULTS])


def downgrade() -> None:
    op.execute(categories.delete().where(categories.c.name.in_([c["name"] for c in DEFAULTS])))
