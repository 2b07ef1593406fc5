"""Async helpers, run by asyncio and by the operations."""

import asyncio

from alembic import op
from sqlalchemy import text

revision = "m011"
down_revision = "m010"


async def drop(connection, *columns):
    for column in columns:
        await connection.execute(text(f"ALTER TABLE parcel DROP COLUMN {column}"))


async def main():
    op.drop_column("parcel", "sync")
    await asyncio.sleep(0)


def upgrade():
    op.run_async(drop, "async_one", "async_two")
    asyncio.run(main())


def downgrade():
    op.execute("ALTER TABLE parcel ADD COLUMN sync text")
