"""
Let a link lead to another place than a subreddit.

That a link has one place, and only Reddit's is a subreddit, is left to the app: a check would meet a release that knows
nothing of targets.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7b1f0c9d4e21"
down_revision = "2cfc7e57460f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("subscriptions", "subreddit", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    # Nothing before this revision could post there: such links, and what was posted by them, have no place in it.
    op.execute("DELETE FROM posts USING subscriptions WHERE subscription_id = subscriptions.id AND subreddit IS NULL")
    op.execute("DELETE FROM subscriptions WHERE subreddit IS NULL")
    # review: allow set-not-null-scans -- there is one row for each link that a person made: a moment at most
    op.alter_column("subscriptions", "subreddit", existing_type=sa.Text(), nullable=False)
