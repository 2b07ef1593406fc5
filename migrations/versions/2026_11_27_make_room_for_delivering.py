"""
Make room for what delivering needs: when what is due, who has claimed it, and how it ended.

Only adds: the release in production goes on without any of it. Defaults are constants, so no table is written anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2cfc7e57460f"
down_revision = "d299f305a063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("feed_etag", sa.Text(), nullable=True),
        sa.Column("feed_modified", sa.Text(), nullable=True),
        sa.Column("feed_due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("feed_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("feed_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name=op.f("ck_channels_channel_id_form")),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channels")),
    )
    op.create_index(op.f("ix_channels_feed_due_at"), "channels", ["feed_due_at"], unique=False)
    op.create_table(
        "hubs",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_hubs")),
    )
    op.create_table(
        "pauses",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("destination", "target", name=op.f("pk_pauses")),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("lease_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lease_id"], ["leases.id"], name=op.f("fk_notifications_lease_id_leases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(op.f("ix_notifications_lease_id"), "notifications", ["lease_id"], unique=False)
    op.create_index(op.f("ix_notifications_received_at"), "notifications", ["received_at"], unique=False)
    op.add_column(
        "leases", sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    )
    op.add_column(
        "leases", sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    )
    op.add_column("leases", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("leases", sa.Column("last_push_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("leases", sa.Column("degraded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "posts", sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    )
    op.add_column("posts", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("posts", sa.Column("claim", sa.Uuid(), nullable=True))
    op.add_column("posts", sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("posts", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("posts", sa.Column("asks_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("posts", sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("posts", sa.Column("external_id", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("url", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("subscriptions", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("subscriptions", sa.Column("destination", sa.Text(), server_default="reddit", nullable=False))
    op.add_column("subscriptions", sa.Column("target", sa.Text(), nullable=True))
    op.add_column("subscriptions", sa.Column("created_by", sa.Text(), nullable=True))
    op.add_column("subscriptions", sa.Column("title_template", sa.Text(), server_default="{title}", nullable=False))
    op.add_column("subscriptions", sa.Column("include_words", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("subscriptions", sa.Column("exclude_words", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("subscriptions", "exclude_words")
    op.drop_column("subscriptions", "include_words")
    op.drop_column("subscriptions", "title_template")
    op.drop_column("subscriptions", "created_by")
    op.drop_column("subscriptions", "target")
    op.drop_column("subscriptions", "destination")
    op.drop_column("subscriptions", "removed_at")
    op.drop_column("posts", "reason")
    op.drop_column("posts", "url")
    op.drop_column("posts", "external_id")
    op.drop_column("posts", "posted_at")
    op.drop_column("posts", "asks_since")
    op.drop_column("posts", "sent_at")
    op.drop_column("posts", "claimed_until")
    op.drop_column("posts", "claim")
    op.drop_column("posts", "attempts")
    op.drop_column("posts", "due_at")
    op.drop_column("leases", "degraded_at")
    op.drop_column("leases", "last_push_at")
    op.drop_column("leases", "attempts")
    op.drop_column("leases", "due_at")
    op.drop_column("leases", "created_at")
    op.drop_index(op.f("ix_notifications_received_at"), table_name="notifications")
    op.drop_index(op.f("ix_notifications_lease_id"), table_name="notifications")
    op.drop_table("notifications")
    op.drop_table("pauses")
    op.drop_table("hubs")
    op.drop_index(op.f("ix_channels_feed_due_at"), table_name="channels")
    op.drop_table("channels")
