"""extend order status

Revision ID: c0ffee00aa01
Revises: b2d7c4e91faa
"""
from typing import Union

from alembic import op

revision: str = "c0ffee00aa01"
down_revision: Union[str, None] = "b2d7c4e91faa"


def upgrade() -> None:
    # ALTER TYPE ... ADD VALUE cannot run inside a transaction block on older versions.
    with op.get_context().autocommit_block():
        for label in ("paid", "sent", "it's lost"):
            escaped = label.replace("'", "''")
            op.execute(f"ALTER TYPE order_status ADD VALUE IF NOT EXISTS '{escaped}'")


def downgrade() -> None:
    # PostgreSQL does not support removing an enum value. No-op.
    pass
