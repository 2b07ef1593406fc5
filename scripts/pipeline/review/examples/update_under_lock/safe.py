"""Fill the state that the revision before added"""

import sqlalchemy as sa
from alembic import op

revision = "555555554200"
down_revision = "400000000000"


def upgrade():
    op.create_table("drafts", sa.Column("title", sa.Text(), nullable=True))
    op.execute("INSERT INTO drafts (title) SELECT title FROM videos")
    op.execute("INSERT INTO states (name) VALUES ('sent')")


def downgrade():
    op.drop_table("drafts")
