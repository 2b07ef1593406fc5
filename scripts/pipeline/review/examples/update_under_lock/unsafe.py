"""Add a state and fill it"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541ff"
down_revision = "400000000000"


def upgrade():
    op.add_column("posts", sa.Column("state", sa.Text(), nullable=True))
    op.execute("UPDATE posts SET state = 'sent'")  # found: update-under-lock
    op.execute("UPDATE videos SET seen = true WHERE seen IS NULL")  # found: update-under-lock
    op.execute("INSERT INTO drafts (title) SELECT title FROM videos")  # found: update-under-lock


def downgrade():
    op.drop_column("posts", "state")
