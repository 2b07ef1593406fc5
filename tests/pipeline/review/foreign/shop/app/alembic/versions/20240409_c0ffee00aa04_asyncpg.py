"""set up with the async driver, without a direct connection to it

Revision ID: c0ffee00aa04
Revises: c0ffee00aa03
"""
from alembic import op
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

revision = "c0ffee00aa04"
down_revision = "c0ffee00aa03"
branch_labels = None
depends_on = None


async def _fill(connection: AsyncConnection) -> None:
    await connection.execute(text("UPDATE item SET description = '' WHERE description IS NULL"))
    async with connection.begin_nested():
        await connection.execute(text("DELETE FROM item WHERE description = :d"), {"d": "spam"})


def upgrade() -> None:
    op.run_async(_fill)


def downgrade() -> None: ...
