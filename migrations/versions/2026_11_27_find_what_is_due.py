"""
Find what is due without reading all.

Nobody waits for these indexes: CONCURRENTLY, each statement for itself. What a try that was cut off has left is not
valid, and is dropped first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c41a77f0b6d3"
down_revision = "7b1f0c9d4e21"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_leases_due_at")
        op.create_index(
            "ix_leases_due_at",
            "leases",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('pending', 'active', 'denied')"),
            postgresql_concurrently=True,
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_posts_due_at_open")
        op.create_index(
            "ix_posts_due_at_open",
            "posts",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('pending', 'unknown', 'claimed')"),
            postgresql_concurrently=True,
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_subscriptions_channel_id_destination_target")
        op.create_index(
            "uq_subscriptions_channel_id_destination_target",
            "subscriptions",
            ["channel_id", "destination", "target"],
            unique=True,
            postgresql_where=sa.text("target IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "uq_subscriptions_channel_id_destination_target",
            table_name="subscriptions",
            postgresql_concurrently=True,
            if_exists=True,
        )
        op.drop_index("ix_posts_due_at_open", table_name="posts", postgresql_concurrently=True, if_exists=True)
        op.drop_index("ix_leases_due_at", table_name="leases", postgresql_concurrently=True, if_exists=True)
