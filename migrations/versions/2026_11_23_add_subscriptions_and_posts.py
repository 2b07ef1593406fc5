"""
Add links from channels to subreddits, and what is to be posted there.

A post refers to its video and its link for ever (RESTRICT): what is forgotten would be posted again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "494c58392ac0"
down_revision = "e3a9ffa2d6e7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("subreddit", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name=op.f("ck_subscriptions_channel_id_form")),
        sa.CheckConstraint(
            "subreddit ~ '^[A-Za-z0-9][A-Za-z0-9_]{2,20}$'", name=op.f("ck_subscriptions_subreddit_form")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_index(
        "uq_subscriptions_channel_id_subreddit",
        "subscriptions",
        ["channel_id", sa.literal_column("lower(subreddit)")],
        unique=True,
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("video_id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'unknown', 'posted', 'failed', 'skipped')",
            name=op.f("ck_posts_state"),
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_posts_subscription_id_subscriptions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.video_id"], name=op.f("fk_posts_video_id_videos"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("video_id", "subscription_id", name=op.f("uq_posts_video_id_subscription_id")),
    )
    op.create_index(
        "ix_posts_created_at_pending",
        "posts",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(op.f("ix_posts_subscription_id"), "posts", ["subscription_id"], unique=False)


def downgrade() -> None:
    op.drop_table("posts")
    op.drop_table("subscriptions")
