"""
Add what the hub's protocol needs: our standing with the hub, and the videos it told us of.

What was said about them is kept for ever, so that a video is never announced twice.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e3a9ffa2d6e7"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("callback_key", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("verify_token", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), server_default="subscribe", nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_seconds", sa.Integer(), nullable=True),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("callback_key ~ '^[A-Za-z0-9_-]{43}$'", name=op.f("ck_leases_callback_key_form")),
        sa.CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name=op.f("ck_leases_channel_id_form")),
        sa.CheckConstraint("mode IN ('subscribe', 'unsubscribe')", name=op.f("ck_leases_mode")),
        sa.CheckConstraint(
            "state <> 'active' OR (verified_at IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_leases_active_is_verified"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'active', 'denied', 'expired', 'unsubscribed')",
            name=op.f("ck_leases_state"),
        ),
        sa.CheckConstraint("lease_seconds > 0", name=op.f("ck_leases_lease_seconds_positive")),
        sa.CheckConstraint("octet_length(secret) BETWEEN 32 AND 199", name=op.f("ck_leases_secret_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leases")),
        sa.UniqueConstraint("callback_key", name=op.f("uq_leases_callback_key")),
    )
    op.create_index(op.f("ix_leases_channel_id"), "leases", ["channel_id"], unique=False)
    op.create_index(
        "ix_leases_expires_at_active",
        "leases",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "videos",
        sa.Column("video_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel_id ~ '^UC[A-Za-z0-9_-]{22}$'", name=op.f("ck_videos_channel_id_form")),
        sa.CheckConstraint("video_id ~ '^[A-Za-z0-9_-]{11}$'", name=op.f("ck_videos_video_id_form")),
        sa.PrimaryKeyConstraint("video_id", name=op.f("pk_videos")),
    )
    op.create_index(op.f("ix_videos_channel_id_published_at"), "videos", ["channel_id", "published_at"], unique=False)


def downgrade() -> None:
    op.drop_table("videos")
    op.drop_table("leases")
