"""
Index the events of five tables

Revision ID: 3708ffc77aaa
Revises: 34cccbcab2aa
"""

import sqlalchemy as sa

from alembic import op

revision = "3708ffc77aaa"
down_revision = "34cccbcab2aa"


def upgrade():
    # CREATE INDEX CONCURRENTLY cannot happen inside a transaction. We'll close
    # our transaction here and issue the statement.
    op.get_bind().commit()
    with op.get_context().autocommit_block():
        for table in ("crate_events", "file_events", "user_events"):
            op.create_index(
                f"ix_{table}_source_id",
                table,
                ["source_id"],
                unique=False,
                if_not_exists=True,
                postgresql_concurrently=True,
            )
        op.create_index(
            "ix_crate_events_token",
            "crate_events",
            [sa.text("((additional->>'token_id')::uuid)")],
            postgresql_where=sa.text("additional->>'token_id' IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade():
    op.drop_index("ix_crate_events_token", "crate_events")
    for table in ("user_events", "file_events", "crate_events"):
        op.drop_index(f"ix_{table}_source_id", table)
